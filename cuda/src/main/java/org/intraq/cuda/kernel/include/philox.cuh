// Philox4x32-10 (Salmon et al., SC 2011) as org.intraq.tensor.kernel.random.Philox has it.
#pragma once
#include "intraq.cuh"

// The four words of the block with this counter (its upper 64 bits are zero).
DEVICE uint4 philox_block(unsigned long long key, unsigned long long counter) {
  unsigned c0 = (unsigned)counter, c1 = (unsigned)(counter >> 32), c2 = 0, c3 = 0;
  unsigned k0 = (unsigned)key, k1 = (unsigned)(key >> 32);
  for (int round = 0; round < 10; round++) {
    unsigned first_high = __umulhi(0xD2511F53u, c0), first_low = 0xD2511F53u * c0;
    unsigned second_high = __umulhi(0xCD9E8D57u, c2), second_low = 0xCD9E8D57u * c2;
    c0 = second_high ^ c1 ^ k0;
    c1 = second_low;
    c2 = first_high ^ c3 ^ k1;
    c3 = first_low;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return make_uint4(c0, c1, c2, c3);
}
