package probes

import (
	"math/big"
	"sync"
)

// The primes of RFC 2409, 6.2 and RFC 3526, 3, 5 and 7 differ in length and in
// their middle only: each is 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) pi) + k).
var (
	group1  = sync.OnceValue(func() *big.Int { return oakley(1024, 129093) })
	group14 = sync.OnceValue(func() *big.Int { return oakley(2048, 124476) })
	group16 = sync.OnceValue(func() *big.Int { return oakley(4096, 240904) })
	group18 = sync.OnceValue(func() *big.Int { return oakley(8192, 4743158) })
)

// oakley reckons the prime of n bits from its definition.
func oakley(n uint, k int64) *big.Int {
	one := big.NewInt(1)
	middle := new(big.Int).Add(pi(n-130), big.NewInt(k))
	p := new(big.Int).Lsh(one, n)
	p.Sub(p, new(big.Int).Lsh(one, n-64))
	p.Sub(p, one)
	return p.Add(p, middle.Lsh(middle, 64))
}

// pi returns floor(2^bits * pi), by Machin's formula with bits to spare.
func pi(bits uint) *big.Int {
	const spare = 64
	unit := new(big.Int).Lsh(big.NewInt(1), bits+spare)
	sum := new(big.Int).Mul(arccot(5, unit), big.NewInt(4))
	sum.Sub(sum, arccot(239, unit))
	return sum.Rsh(sum.Mul(sum, big.NewInt(4)), spare)
}

// arccot returns unit * arccot(x).
func arccot(x int64, unit *big.Int) *big.Int {
	square := big.NewInt(x * x)
	power := new(big.Int).Div(unit, big.NewInt(x))
	sum := new(big.Int).Set(power)
	for n := int64(3); power.Sign() > 0; n += 2 {
		power.Div(power, square)
		term := new(big.Int).Div(power, big.NewInt(n))
		if n%4 == 3 {
			sum.Sub(sum, term)
		} else {
			sum.Add(sum, term)
		}
	}
	return sum
}
