// The device as a host program: kernels compiled by g++, the threads of a block as fibers that run from one barrier to the
// next. Blocks run one after another, so that __shared__ may be static. Built for tests, so it is strict: a barrier that
// only a part of the threads reach, a shuffle with exited lanes, a misaligned vector access and an index outside a shared
// array are errors.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <utility>
#include <sys/mman.h>

#define KERNEL extern "C"
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __constant__ static
#define __shared__ static
#define __align__(n) alignas(n)
#define DYNAMIC_SHARED(T, name) T* name = reinterpret_cast<T*>(shim::dynamic_shared)

// ---- Types.
struct uint3 { unsigned x, y, z; };
typedef uint3 dim3;
// Vectors of two and four whose loads and stores check their alignment, as the device does.
static void shim_misaligned();
template <int ALIGN> static inline void shim_aligned(const void* p) {
  __asm__("" : "+r"(p));  // or the compiler takes the answer from the type
  if (reinterpret_cast<uintptr_t>(p) % ALIGN != 0) shim_misaligned();
}
#define SHIM_VECTOR2(T, name, align)                                                           \
  struct alignas(align) name {                                                                 \
    T x, y;                                                                                    \
    name() = default;                                                                          \
    name(T x, T y) : x(x), y(y) {}                                                             \
    name(const name& o) { shim_aligned<align>(&o), x = o.x, y = o.y; }                         \
    name& operator=(const name& o) {                                                           \
      shim_aligned<align>(this), shim_aligned<align>(&o), x = o.x, y = o.y;                    \
      return *this;                                                                            \
    }                                                                                          \
  };                                                                                           \
  static inline name make_##name(T x, T y) { return name(x, y); }
#define SHIM_VECTOR4(T, name, align)                                                           \
  struct alignas(align) name {                                                                 \
    T x, y, z, w;                                                                              \
    name() = default;                                                                          \
    name(T x, T y, T z, T w) : x(x), y(y), z(z), w(w) {}                                       \
    name(const name& o) { shim_aligned<align>(&o), x = o.x, y = o.y, z = o.z, w = o.w; }       \
    name& operator=(const name& o) {                                                           \
      shim_aligned<align>(this), shim_aligned<align>(&o), x = o.x, y = o.y, z = o.z, w = o.w;  \
      return *this;                                                                            \
    }                                                                                          \
  };                                                                                           \
  static inline name make_##name(T x, T y, T z, T w) { return name(x, y, z, w); }
SHIM_VECTOR2(float, float2, 8)
SHIM_VECTOR4(float, float4, 16)
SHIM_VECTOR2(double, double2, 16)
SHIM_VECTOR2(int, int2, 8)
SHIM_VECTOR4(int, int4, 16)
SHIM_VECTOR2(unsigned, uint2, 8)
SHIM_VECTOR4(unsigned, uint4, 16)
SHIM_VECTOR2(signed char, char2, 2)
SHIM_VECTOR4(signed char, char4, 4)
SHIM_VECTOR2(unsigned char, uchar2, 2)
SHIM_VECTOR4(unsigned char, uchar4, 4)
SHIM_VECTOR2(short, short2, 4)
SHIM_VECTOR4(short, short4, 8)
SHIM_VECTOR2(unsigned short, ushort2, 4)
SHIM_VECTOR4(unsigned short, ushort4, 8)

// ---- Fibers.
#ifdef __x86_64__
extern "C" void shim_switch(void** save, void* restore);
__asm__(
    ".text\n.type shim_switch,@function\nshim_switch:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
    "mov %rsp,(%rdi)\nmov %rsi,%rsp\n"
    "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n"
    ".size shim_switch,.-shim_switch\n");
#else
#include <ucontext.h>
#endif

namespace shim {
enum State { READY, AT_BLOCK, AT_WARP, DONE };
struct Fiber {
#ifdef __x86_64__
  void* sp;
#else
  ucontext_t context;
#endif
  uint3 thread;
  State state;
  unsigned mask;     // of the warp barrier it waits at
  unsigned char slot[64];  // what it hands to the lanes of its warp
  int copies, groups;      // its asynchronous copies under way, and how many groups of them it has ended
};

static const int MOST = 1024;
static const size_t STACK = 128 << 10;
static const size_t GUARD = 1024;  // bytes after the dynamic shared memory that are watched
static Fiber fibers[MOST];
static char* stacks;
static Fiber* current;
static uint3 block_index, block_extent, grid_extent;
static int thread_total;
static char error_text[512];
static void (*body)(void**);
static void** body_args;
alignas(256) static unsigned char dynamic_shared[(232 << 10) + GUARD];
#ifdef __x86_64__
static void* scheduler;
static void leave() { shim_switch(&current->sp, scheduler); }
static void enter(Fiber* f) { current = f; shim_switch(&scheduler, f->sp); }
#else
static ucontext_t scheduler;
static void leave() { swapcontext(&current->context, &scheduler); }
static void enter(Fiber* f) { current = f; swapcontext(&scheduler, &f->context); }
#endif

static int lane(const Fiber* f) { return (int)(f - fibers) % 32; }
static Fiber* warp(const Fiber* f) { return fibers + (f - fibers) / 32 * 32; }
static bool exists(const Fiber* f) { return f - fibers < thread_total; }

// The first error counts; the launch ends at the next return to the scheduler.
static void fail(const char* what) {
  if (!error_text[0]) {
    snprintf(error_text, sizeof error_text, "%s in block (%u, %u, %u), thread (%u, %u, %u)", what, block_index.x,
             block_index.y, block_index.z, current->thread.x, current->thread.y, current->thread.z);
  }
}

// Ends the thread: what it is about to do would bring the process down.
static void stop(const char* what) {
  fail(what);
  current->state = DONE;
  leave();
}

static void fiber_main() {
  body(body_args);
  current->state = DONE;
  leave();
}

static void prepare(Fiber* f, char* stack) {
  f->state = READY;
  f->copies = f->groups = 0;
#ifdef __x86_64__
  void** top = reinterpret_cast<void**>(stack + STACK - 72);  // where a call leaves it: 8 off a multiple of 16
  *top = nullptr;  // a return address for fiber_main, which never returns
  *--top = reinterpret_cast<void*>(&fiber_main);
  for (int i = 0; i < 6; i++) *--top = nullptr;
  f->sp = top;
#else
  getcontext(&f->context);
  f->context.uc_stack.ss_sp = stack;
  f->context.uc_stack.ss_size = STACK;
  f->context.uc_link = nullptr;
  makecontext(&f->context, fiber_main, 0);
#endif
}

// Whether any waiting lane of the warp could go on.
static bool release_warp(Fiber* w) {
  bool released = false;
  for (int i = 0; i < 32 && exists(w + i); i++) {
    if (w[i].state != AT_WARP) continue;
    unsigned mask = w[i].mask;
    bool all = true;
    for (int k = 0; k < 32 && exists(w + k); k++) {
      if (!(mask >> k & 1)) continue;
      if (w[k].state == DONE) {
        current = w + i;
        fail("a warp operation waits for a lane that has exited");
        return false;
      }
      all = all && w[k].state == AT_WARP && w[k].mask == mask;
    }
    if (!all) continue;
    for (int k = 0; k < 32 && exists(w + k); k++) {
      if (mask >> k & 1) w[k].state = READY;
    }
    released = true;
  }
  return released;
}

static bool release() {
  bool released = false, all = true;
  for (int w = 0; w < thread_total; w += 32) released |= release_warp(fibers + w);
  if (released || error_text[0]) return released;
  for (int i = 0; i < thread_total; i++) all = all && (fibers[i].state == AT_BLOCK || fibers[i].state == DONE);
  for (int i = 0; all && i < thread_total; i++) {
    if (fibers[i].state == AT_BLOCK) fibers[i].state = READY, released = true;
  }
  return released;
}

// The order in which threads run between barriers, and blocks of a grid: forwards, backwards or scattered. What depends on
// it lacks a barrier, or counts on a block to be the last.
static long in_order(long i, long total, int order) {
  if (order == 0) return i;
  if (order == 1) return total - 1 - i;
  return (i * (total % 641 ? 641L : total % 643 ? 643L : 1L) + 17) % total;
}

static void run_block(int order, size_t shared) {
  memset(dynamic_shared, 0xff, shared + GUARD);  // NaN: nobody may count on zeros
  for (int i = 0; i < thread_total; i++) {
    unsigned x = block_extent.x, y = block_extent.y;
    fibers[i].thread = {i % x, i / x % y, i / (x * y)};
    prepare(fibers + i, stacks + i * STACK);
  }
  for (;;) {
    bool alive = false;
    for (int i = 0; i < thread_total && !error_text[0]; i++) {
      Fiber* f = fibers + in_order(i, thread_total, order);
      if (f->state == READY) enter(f);
    }
    for (int i = 0; i < thread_total; i++) alive = alive || fibers[i].state != DONE;
    if (!alive || error_text[0]) return;
    if (!release() && !error_text[0]) {
      for (current = fibers; current->state == DONE;) current++;
      fail("a barrier is reached by a part of the threads only");
    }
    if (error_text[0]) return;
  }
}

static void launch(const unsigned* extents, long long shared, void (*kernel)(void**), void** args, int order, char* error,
                   int room) {
  if (!stacks) {
    stacks = static_cast<char*>(mmap(nullptr, MOST * STACK, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  }
  grid_extent = {extents[0], extents[1], extents[2]};
  block_extent = {extents[3], extents[4], extents[5]};
  thread_total = (int)(extents[3] * extents[4] * extents[5]);
  error_text[0] = 0;
  body = kernel;
  body_args = args;
  long blocks = (long)extents[0] * extents[1] * extents[2];
  for (long k = 0; k < blocks && !error_text[0]; k++) {
    long b = in_order(k, blocks, order);
    block_index = {(unsigned)(b % extents[0]), (unsigned)(b / extents[0] % extents[1]), (unsigned)(b / extents[0] / extents[1])};
    run_block(order, (size_t)shared);
    for (size_t i = (size_t)shared; i < (size_t)shared + GUARD && !error_text[0]; i++) {
      if (dynamic_shared[i] != 0xff) fail("dynamic shared memory written beyond its size");
    }
  }
  snprintf(error, (size_t)room, "%s", error_text);
}

static void warp_barrier(unsigned mask) {
  if (!(mask >> lane(current) & 1)) {
    stop("a warp operation by a lane that is not in its mask");
  }
  current->state = AT_WARP;
  current->mask = mask;
  leave();
}

// Hands a value to the lanes of the mask and gives the one of another lane.
template <class T>
static T exchange(unsigned mask, T value, int from) {
  static_assert(sizeof(T) <= sizeof(Fiber::slot), "slot");
  memcpy(current->slot, &value, sizeof(T));
  warp_barrier(mask);
  T result = value;
  if (from >= 0 && from < 32 && (mask >> from & 1) && exists(warp(current) + from)) {
    memcpy(&result, warp(current)[from].slot, sizeof(T));
  }
  warp_barrier(mask);
  return result;
}

// ---- Calls of kernels with arguments as the driver passes them, and their signature.
template <class T>
struct Kind {
  static void write(char*& at) {
    if (std::is_pointer<T>::value) *at++ = 'p';
    else if (std::is_same<T, float>::value) *at++ = 'f';
    else if (std::is_integral<T>::value && sizeof(T) == 4) *at++ = 'i';
    else if (std::is_integral<T>::value && sizeof(T) == 8) *at++ = 'l';
    else at += sprintf(at, "s(%zu)", sizeof(T));
  }
};
template <class... A, size_t... I>
static void call_with(void (*kernel)(A...), void** args, std::index_sequence<I...>) {
  kernel(*static_cast<std::remove_cv_t<A>*>(args[I])...);
}
template <class... A>
static void call(void (*kernel)(A...), void** args) { call_with(kernel, args, std::index_sequence_for<A...>{}); }
template <class... A>
static const char* signature(void (*)(A...)) {
  static char text[512];
  char* at = text;
  int unused[] = {0, (Kind<A>::write(at), 0)...};
  (void)unused;
  *at = 0;
  return text;
}
}  // namespace shim
static void shim_misaligned() { shim::stop("misaligned access"); }

// The driver appends one of these for each kernel of the source.
#define SHIM_KERNEL(name)                                                                                             \
  static void shim_body_##name(void** args) { shim::call(&name, args); }                                              \
  extern "C" __attribute__((visibility("default"))) const char* shim_signature_##name() { return shim::signature(&name); } \
  extern "C" __attribute__((visibility("default"))) void shim_launch_##name(                                         \
      const unsigned* extents, long long shared, void** args, int order, char* error, int room) {                     \
    shim::launch(extents, shared, shim_body_##name, args, order, error, room);                                        \
  }

#define threadIdx (shim::current->thread)
#define blockIdx shim::block_index
#define blockDim shim::block_extent
#define gridDim shim::grid_extent
#define warpSize 32

// What g++ calls where -fsanitize=alignment,bounds finds a fault.
extern "C" {
__attribute__((visibility("hidden"), used)) inline void __ubsan_handle_type_mismatch_v1(void*, void*) { shim::stop("misaligned access"); }
__attribute__((visibility("hidden"), used)) inline void __ubsan_handle_out_of_bounds(void*, void*) { shim::stop("index outside an array"); }
}

// ---- Barriers, shuffles, votes.
static inline void __syncthreads() {
  shim::current->state = shim::AT_BLOCK;
  shim::leave();
}
static inline void __syncwarp(unsigned mask = 0xffffffffu) { shim::warp_barrier(mask); }
static inline void __threadfence() {}
static inline void __threadfence_block() {}
static inline int shim_lane() { return shim::lane(shim::current); }
template <class T> static T __shfl_sync(unsigned mask, T value, int from, int width = 32) {
  return shim::exchange(mask, value, shim_lane() / width * width + from % width);
}
template <class T> static T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
  int from = shim_lane() ^ bits;
  return shim::exchange(mask, value, from / width <= shim_lane() / width ? from : shim_lane());
}
template <class T> static T __shfl_down_sync(unsigned mask, T value, int delta, int width = 32) {
  int from = shim_lane() + delta;
  return shim::exchange(mask, value, from / width == shim_lane() / width ? from : shim_lane());
}
template <class T> static T __shfl_up_sync(unsigned mask, T value, int delta, int width = 32) {
  int from = shim_lane() - delta;
  return shim::exchange(mask, value, from >= shim_lane() / width * width ? from : shim_lane());
}
static inline unsigned __ballot_sync(unsigned mask, int predicate) {
  int mine = predicate != 0;
  memcpy(shim::current->slot, &mine, sizeof mine);
  shim::warp_barrier(mask);
  unsigned votes = 0;
  for (int i = 0; i < 32; i++) {
    int vote = 0;
    if ((mask >> i & 1) && shim::exists(shim::warp(shim::current) + i)) memcpy(&vote, shim::warp(shim::current)[i].slot, sizeof vote);
    votes |= (unsigned)vote << i;
  }
  shim::warp_barrier(mask);
  return votes;
}
static inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
static inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, !predicate) == 0; }
static inline unsigned __activemask() { return 0xffffffffu; }

#include "shim_math.h"
#include "shim_mma.h"
#include "shim_pipeline.h"
#include "shim_warpgroup.h"
