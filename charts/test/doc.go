// Package charttest tests the Helm chart beside it without Helm's binary, a
// cluster or the network: Helm's own engine renders the chart in the process,
// and what comes out must decode into the Kubernetes types with no field left
// over. It is a module of its own, because Helm brings more modules than
// sshhelp itself has, and none of them belongs in the product's go.sum.
package charttest
