// The geometry of a convolution, as Conv2dShape has it.
#pragma once
#include "intraq.cuh"

struct Geometry {
  int n, h, w, ic, oc, kh, kw, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups, oh, ow;
};
