// Loaded before libc (LD_PRELOAD): writes below a folder are counted over all processes, and from the n-th on one goes wrong.
//   FAULT_BELOW=folder FAULT_COUNTER=file FAULT_AT=n FAULT_KIND=kill|torn|full|short-full|eio|eacces|short|read-only|hangup|terminate
// The counter is a file of two 32-bit numbers: writes so far, faults so far. With FAULT_AT=0 they are counted alone.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

struct Counter {
  unsigned writes, faults;
};

enum Operation { OPEN, WRITE, RENAME, MAKE, SYNC };

const char *below = nullptr;
size_t length = 0;
const char *kind = "";
unsigned at = 0;
Counter *counter = nullptr;
bool ours[1 << 16];  // by descriptor: open for writing, below the folder

template <class Function>
Function next(const char *name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

__attribute__((constructor)) void begin() {
  const char *file = getenv("FAULT_COUNTER");
  below = getenv("FAULT_BELOW");
  if (!file || !below) return;
  length = strlen(below);
  if (const char *text = getenv("FAULT_KIND")) kind = text;
  if (const char *text = getenv("FAULT_AT")) at = atoi(text);
  int descriptor = next<int (*)(const char *, int, ...)>("open")(file, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  void *shared = mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (shared != MAP_FAILED) counter = static_cast<Counter *>(shared);
}

bool isOurs(const char *path) {
  if (!counter || !path) return false;
  char whole[PATH_MAX];
  if (path[0] != '/') {
    if (!getcwd(whole, sizeof whole - strlen(path) - 2)) return false;
    strcat(strcat(whole, "/"), path);
    path = whole;
  }
  return strncmp(path, below, length) == 0;
}

bool isOurs(int descriptor) { return counter && descriptor >= 0 && descriptor < (1 << 16) && ours[descriptor]; }

bool is(const char *name) { return strcmp(kind, name) == 0; }

void die() { kill(getpid(), SIGKILL), pause(); }

bool once() { return __sync_fetch_and_add(&counter->faults, 1) == 0; }

// Error that this operation ends with, or 0; *half: only the first half is written, and then the process dies or goes on.
int fault(Operation operation, bool *half = nullptr) {
  unsigned now = __sync_add_and_fetch(&counter->writes, 1);
  if (at == 0 || now < at) return 0;
  if (is("kill") && once()) die();
  if ((is("hangup") || is("terminate")) && once()) kill(getpid(), is("hangup") ? SIGHUP : SIGTERM);
  if (is("read-only") && operation != WRITE && operation != SYNC) return once(), EROFS;
  if (half && (is("torn") ? once() : is("short"))) *half = true;
  bool takesRoom = operation == WRITE || operation == MAKE;
  if (takesRoom && (is("full") || (is("short-full") && now < at + 20))) return once(), ENOSPC;
  if (is("eio") && (operation == WRITE || operation == SYNC) && once()) return EIO;
  if (is("eacces") && (operation == OPEN || operation == RENAME || operation == MAKE) && once()) return EACCES;
  return 0;
}

int opened(const char *name, const char *path, int flags, mode_t mode) {
  bool counts = (flags & (O_WRONLY | O_RDWR | O_CREAT)) && isOurs(path);
  if (counts)
    if (int error = fault(OPEN)) return errno = error, -1;
  int descriptor = next<int (*)(const char *, int, ...)>(name)(path, flags, mode);
  if (descriptor >= 0 && descriptor < (1 << 16)) ours[descriptor] = counts;
  return descriptor;
}

// Share of a write that is done.
size_t shareOf(size_t size, bool half) { return half && size > 1 ? size / 2 : size; }

ssize_t wrote(ssize_t done, bool half) {
  if (half && is("torn")) die();
  return done;
}

}  // namespace

#define OPENED(name)                                             \
  int name(const char *path, int flags, ...) {                   \
    va_list rest;                                                \
    va_start(rest, flags);                                       \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;    \
    va_end(rest);                                                \
    return opened(#name, path, flags, mode);                     \
  }

#define PLACED(name)                                                                                        \
  ssize_t name(int descriptor, const void *bytes, size_t size, off_t place) {                               \
    bool half = false;                                                                                      \
    if (isOurs(descriptor))                                                                                 \
      if (int error = fault(WRITE, &half)) return errno = error, -1;                                        \
    auto real = next<ssize_t (*)(int, const void *, size_t, off_t)>(#name);                                 \
    return wrote(real(descriptor, bytes, shareOf(size, half), place), half);                                \
  }

#define PLACED_VECTOR(name)                                                                                 \
  ssize_t name(int descriptor, const iovec *pieces, int count, off_t place) {                               \
    bool half = false;                                                                                      \
    if (isOurs(descriptor))                                                                                 \
      if (int error = fault(WRITE, &half)) return errno = error, -1;                                        \
    iovec first = {pieces[0].iov_base, shareOf(pieces[0].iov_len, half)};                                   \
    auto real = next<ssize_t (*)(int, const iovec *, int, off_t)>(#name);                                   \
    return wrote(half ? real(descriptor, &first, 1, place) : real(descriptor, pieces, count, place), half); \
  }

extern "C" {

OPENED(open)
OPENED(open64)
PLACED(pwrite)
PLACED(pwrite64)
PLACED_VECTOR(pwritev)
PLACED_VECTOR(pwritev64)

ssize_t write(int descriptor, const void *bytes, size_t size) {
  bool half = false;
  if (isOurs(descriptor))
    if (int error = fault(WRITE, &half)) return errno = error, -1;
  auto real = next<ssize_t (*)(int, const void *, size_t)>("write");
  return wrote(real(descriptor, bytes, shareOf(size, half)), half);
}

ssize_t writev(int descriptor, const iovec *pieces, int count) {
  bool half = false;
  if (isOurs(descriptor))
    if (int error = fault(WRITE, &half)) return errno = error, -1;
  iovec first = {pieces[0].iov_base, shareOf(pieces[0].iov_len, half)};
  auto real = next<ssize_t (*)(int, const iovec *, int)>("writev");
  return wrote(half ? real(descriptor, &first, 1) : real(descriptor, pieces, count), half);
}

int rename(const char *from, const char *to) {
  if (isOurs(to))
    if (int error = fault(RENAME)) return errno = error, -1;
  return next<int (*)(const char *, const char *)>("rename")(from, to);
}

int mkdir(const char *path, mode_t mode) {
  if (isOurs(path))
    if (int error = fault(MAKE)) return errno = error, -1;
  return next<int (*)(const char *, mode_t)>("mkdir")(path, mode);
}

int fsync(int descriptor) {
  if (isOurs(descriptor))
    if (int error = fault(SYNC)) return errno = error, -1;
  return next<int (*)(int)>("fsync")(descriptor);
}

int fdatasync(int descriptor) {
  if (isOurs(descriptor))
    if (int error = fault(SYNC)) return errno = error, -1;
  return next<int (*)(int)>("fdatasync")(descriptor);
}

int close(int descriptor) {
  if (descriptor >= 0 && descriptor < (1 << 16)) ours[descriptor] = false;
  return next<int (*)(int)>("close")(descriptor);
}
}
