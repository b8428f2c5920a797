package bot

const childEnv = "SSHHELP_BOT_TEST_CHILD"

func child() int { return 1 }
