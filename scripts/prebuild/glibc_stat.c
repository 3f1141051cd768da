/// stat and its relatives for the glibc targets, in place of zig's.
///
/// No glibc before 2.33 exports these functions; they are linked statically into whatever calls them. zig's copies come
/// with an `errno` of their own, in initial-exec thread-local storage: after a failure the caller reads the C library's
/// `errno`, which still holds an older error or 0, and the binary asks for static TLS, which a host may be short of.
/// `syscall` is exported by every glibc and sets the only `errno` there is.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
_Static_assert(sizeof(struct stat) == 144, "struct stat is the kernel's");
#elif defined(__aarch64__)
_Static_assert(sizeof(struct stat) == 128, "struct stat is the kernel's");
#else
#error "Is struct stat the kernel's on this processor?"
#endif

int fstatat(int dir, const char* restrict path, struct stat* restrict status, int flags) {
  return (int)syscall(SYS_newfstatat, dir, path, status, flags);
}

int stat(const char* restrict path, struct stat* restrict status) { return fstatat(AT_FDCWD, path, status, 0); }

int lstat(const char* restrict path, struct stat* restrict status) {
  return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat* status) { return (int)syscall(SYS_fstat, fd, status); }
