namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>
/// A system call that the driver fills events for. <paramref name="Code"/> is Falco's <c>ppm_sc</c> number;
/// <paramref name="Native64"/> and <paramref name="Native32"/> are the kernel's (arch/x86/entry/syscalls); events are numbers
/// of the drivers' event table, fillers are names of programs in the object. <see cref="SystemCalls.None"/> where an ABI lacks it.
/// </summary>
internal sealed record SystemCall(string Name, int Code, int Native64, int Native32, ushort ExitEvent, string ExitFiller)
{
    /// <summary>Set for a call whose arguments user space can change while the kernel works on it: also told at its start.</summary>
    public (ushort Event, string Filler)? Enter { get; init; }

    /// <summary>The number of its own that the x32 ABI has for it; 0 for none.</summary>
    public int NativeX32 { get; init; }

    /// <summary>A second number of the 32-bit ABI, where a later call replaced one with narrower ids or times; 0 for none.</summary>
    public int AlsoNative32 { get; init; }

    /// <summary>Which <c>socketcall</c> it is for 32-bit programs; 0 for none.</summary>
    public int SocketCall { get; init; }

    /// <summary>Makes threads: the child is told by the scheduler's hook.</summary>
    public bool MakesThreads { get; init; }

    /// <summary>Starts a program: told by the scheduler's hook when it worked.</summary>
    public bool StartsProgram { get; init; }
}

internal static class SystemCalls
{
    /// <summary>Falco's codes of <c>exit</c> and <c>exit_group</c>, which stand for the end of threads (<c>procexit</c>).</summary>
    public static readonly int[] Exits = [2, 164];

    /// <summary>No native number.</summary>
    public const int None = -1;

    /// <summary>Calls that have an event of their own.</summary>
    public static readonly SystemCall[] All =
    [
        new("accept", 245, 43, None, 247, "accept_exit") { SocketCall = 5 },
        new("accept4", 258, 288, 364, 389, "accept4_exit") { SocketCall = 18 },
        new("access", 23, 21, 33, 265, "access_exit"),
        new("bind", 242, 49, 361, 21, "bind_exit") { SocketCall = 2 },
        new("bpf", 315, 321, 357, 369, "result_word"),
        new("brk", 32, 12, 45, 159, "brk_exit"),
        new("capset", 115, 126, 185, 353, "capset_exit"),
        new("chdir", 10, 80, 12, 95, "result_text"),
        new("chmod", 13, 90, 15, 315, "result_text_mode"),
        new("chown", 132, 92, 182, 379, "chown_exit") { AlsoNative32 = 212 },
        new("chroot", 38, 161, 61, 267, "result_text"),
        new("clone", 327, 56, 120, 223, "clone_exit") { MakesThreads = true },
        new("clone3", 328, 435, 435, 335, "clone3_exit") { MakesThreads = true },
        new("close", 6, 3, 6, 5, "result_number"),
        new("close_range", 392, 436, 436, 451, "close_range_exit"),
        new("connect", 243, 42, 362, 23, "connect_exit") { Enter = (22, "connect_enter"), SocketCall = 3 },
        new("copy_file_range", 326, 326, 377, 333, "copy_file_range_exit"),
        new("creat", 7, 85, 8, 59, "creat_exit") { Enter = (58, "creat_enter") },
        new("delete_module", 77, 176, 129, 425, "delete_module_exit"),
        new("dup", 29, 32, 41, 367, "result_number"),
        new("dup2", 40, 33, 63, 363, "result_number_number"),
        new("dup3", 228, 292, 330, 365, "dup3_exit"),
        new("epoll_create", 165, 213, 254, 375, "result_word"),
        new("epoll_create1", 227, 291, 329, 377, "epoll_create1_exit"),
        new("epoll_wait", 167, 232, 256, 79, "epoll_wait_exit"),
        new("eventfd", 222, 284, 323, 63, "eventfd_exit"),
        new("eventfd2", 226, 290, 328, 397, "eventfd2_exit"),
        new("execve", 324, 59, 11, 293, "execve_exit") { NativeX32 = 520, StartsProgram = true },
        new("execveat", 325, 322, 358, 331, "execveat_exit") { NativeX32 = 545, StartsProgram = true },
        new("fchdir", 80, 81, 133, 97, "result_number"),
        new("fchmod", 59, 91, 94, 317, "fchmod_exit"),
        new("fchmodat", 207, 268, 306, 313, "result_number_text_mode"),
        new("fchown", 127, 93, 95, 383, "fchown_exit") { AlsoNative32 = 207 },
        new("fchownat", 200, 260, 298, 385, "fchownat_exit"),
        new("fcntl", 35, 72, 55, 151, "fcntl_exit") { AlsoNative32 = 221 },
        new("finit_module", 314, 313, 350, 413, "finit_module_exit"),
        new("flock", 85, 73, 143, 243, "flock_exit"),
        new("fork", 303, 57, 2, 225, "fork_exit") { MakesThreads = true },
        new("fsconfig", 335, 431, 431, 373, "fsconfig_exit"),
        new("fstat", 20, 5, 108, 71, "result_number"),
        new("fstat64", 280, None, 197, 77, "result"),
        new("futex", 154, 202, 240, 65, "futex_exit") { AlsoNative32 = 422 },
        new("getcwd", 113, 79, 183, 93, "getcwd_exit"),
        new("getdents", 83, 78, 141, 237, "result_number"),
        new("getdents64", 240, 217, 220, 239, "result_number"),
        new("getegid", 122, 108, 50, 209, "own_id"),
        new("geteuid", 121, 107, 49, 205, "own_id"),
        new("getgid", 120, 104, 47, 207, "own_id"),
        new("getpeername", 247, 52, 368, 41, "bare") { SocketCall = 7 },
        new("getresgid", 131, 120, 171, 213, "getresuid_exit"),
        new("getresuid", 129, 118, 165, 211, "getresuid_exit"),
        new("getrlimit", 117, 97, 76, 141, "getrlimit_exit"),
        new("getsockname", 246, 51, 367, 39, "bare") { SocketCall = 6 },
        new("getsockopt", 253, 55, 365, 47, "getsockopt_exit") { NativeX32 = 542, SocketCall = 15 },
        new("getuid", 119, 102, 24, 203, "own_id"),
        new("init_module", 76, 175, 128, 411, "init_module_exit"),
        new("inotify_init", 194, 253, 291, 139, "inotify_init_exit"),
        new("inotify_init1", 230, 294, 332, 395, "inotify_init1_exit"),
        new("io_uring_enter", 331, 426, 426, 341, "io_uring_enter_exit"),
        new("io_uring_register", 332, 427, 427, 343, "io_uring_register_exit"),
        new("io_uring_setup", 330, 425, 425, 339, "io_uring_setup_exit"),
        new("ioctl", 34, 16, 54, 171, "ioctl_exit") { NativeX32 = 514 },
        new("keyctl", 191, 250, 288, 453, "keyctl_exit"),
        new("kill", 25, 62, 37, 129, "kill_exit"),
        new("lchown", 118, 94, 16, 381, "chown_exit") { AlsoNative32 = 198 },
        new("link", 8, 86, 9, 309, "result_text_text"),
        new("linkat", 204, 265, 303, 311, "linkat_exit"),
        new("listen", 244, 50, 363, 25, "result_number_word") { SocketCall = 4 },
        new("llseek", 292, None, 140, 89, "llseek_exit"),
        new("lseek", 15, 8, 19, 87, "lseek_exit"),
        new("lstat", 50, 6, 107, 69, "result_text"),
        new("lstat64", 279, None, 196, 75, "result_text"),
        new("memfd_create", 342, 319, 356, 405, "memfd_create_exit"),
        new("mkdir", 27, 83, 39, 277, "result_text_mode"),
        new("mkdirat", 198, 258, 296, 305, "result_number_text_mode"),
        new("mknod", 12, 133, 14, 415, "mknod_exit"),
        new("mknodat", 199, 259, 297, 417, "mknodat_exit"),
        new("mlock", 91, 149, 150, 345, "mlock_exit"),
        new("mlock2", 333, 325, 376, 371, "mlock2_exit"),
        new("mlockall", 93, 151, 152, 349, "mlockall_exit"),
        new("mmap", 55, 9, 90, 161, "mmap_exit"),
        new("mmap2", 282, None, 192, 163, "mmap_exit"),
        new("mount", 17, 165, 21, 257, "mount_exit"),
        new("mprotect", 75, 10, 125, 329, "mprotect_exit"),
        new("munlock", 92, 150, 151, 347, "mlock_exit"),
        new("munlockall", 94, 152, 153, 351, "result"),
        new("munmap", 56, 11, 91, 165, "munmap_exit"),
        new("nanosleep", 103, 35, 162, 135, "nanosleep_exit"),
        new("newfstatat", 300, 262, None, 419, "newfstatat_exit"),
        new("open", 5, 2, 5, 3, "open_exit") { Enter = (2, "open_enter") },
        new("open_by_handle_at", 329, 304, 342, 337, "open_by_handle_at_exit"),
        new("openat", 197, 257, 295, 307, "openat_exit") { Enter = (306, "openat_enter") },
        new("openat2", 322, 437, 437, 327, "openat2_exit") { Enter = (326, "openat2_enter") },
        new("pidfd_getfd", 346, 438, 438, 407, "pidfd_getfd_exit"),
        new("pidfd_open", 347, 434, 434, 409, "pidfd_open_exit"),
        new("pipe", 30, 22, 42, 61, "pipe_exit"),
        new("pipe2", 229, 293, 331, 393, "pipe2_exit"),
        new("poll", 105, 7, 168, 81, "poll_exit"),
        new("ppoll", 210, 271, 309, 255, "ppoll_exit") { AlsoNative32 = 414 },
        new("prctl", 106, 157, 172, 401, "prctl_exit"),
        new("pread", 294, 17, 180, 113, "pread_exit"),
        new("preadv", 231, 295, 333, 121, "preadv_exit") { NativeX32 = 534 },
        new("prlimit", 236, 302, 340, 145, "prlimit_exit"),
        new("process_vm_readv", 301, 310, 347, 421, "vm_transfer_exit") { NativeX32 = 539 },
        new("process_vm_writev", 302, 311, 348, 423, "vm_transfer_exit") { NativeX32 = 540 },
        new("ptrace", 18, 101, 26, 169, "ptrace_exit") { NativeX32 = 521 },
        new("pwrite", 295, 18, 181, 115, "pwrite_exit"),
        new("pwritev", 232, 296, 334, 123, "pwritev_exit") { NativeX32 = 535 },
        new("quotactl", 78, 179, 131, 191, "quotactl_exit"),
        new("read", 3, 0, 3, 7, "read_exit"),
        new("readv", 87, 19, 145, 117, "readv_exit") { NativeX32 = 515 },
        new("recv", 394, None, None, 33, "recv_exit") { SocketCall = 10 },
        new("recvfrom", 250, 45, 371, 35, "recvfrom_exit") { NativeX32 = 517, SocketCall = 12 },
        new("recvmmsg", 257, 299, 337, 55, "recvmmsg_exit") { NativeX32 = 537, AlsoNative32 = 417, SocketCall = 19 },
        new("recvmsg", 256, 47, 372, 53, "recvmsg_exit") { NativeX32 = 519, SocketCall = 17 },
        new("rename", 26, 82, 38, 175, "result_text_text"),
        new("renameat", 203, 264, 302, 177, "renameat_exit"),
        new("renameat2", 320, 316, 353, 319, "renameat2_exit"),
        new("rmdir", 28, 84, 40, 279, "result_text"),
        new("seccomp", 316, 317, 354, 299, "seccomp_exit"),
        new("select", 84, 23, 82, 83, "result"),
        new("semctl", 261, 66, 394, 253, "semctl_exit"),
        new("semget", 260, 64, 393, 263, "semget_exit"),
        new("semop", 259, 65, None, 251, "semop_exit"),
        new("send", 395, None, None, 29, "send_exit") { SocketCall = 9 },
        new("sendfile", 116, 40, 187, 189, "sendfile_exit") { AlsoNative32 = 239 },
        new("sendmmsg", 255, 307, 345, 51, "sendmmsg_exit") { NativeX32 = 538, SocketCall = 20 },
        new("sendmsg", 254, 46, 370, 49, "sendmsg_exit") { NativeX32 = 518, SocketCall = 16 },
        new("sendto", 249, 44, 369, 31, "sendto_exit") { SocketCall = 11 },
        new("setgid", 134, 106, 46, 201, "result_id") { AlsoNative32 = 214 },
        new("setns", 239, 308, 346, 241, "setns_exit"),
        new("setpgid", 36, 109, 57, 295, "result_number_number"),
        new("setregid", 124, 114, 71, 429, "result_id_id") { AlsoNative32 = 204 },
        new("setresgid", 130, 119, 170, 195, "result_id_id_id") { AlsoNative32 = 210 },
        new("setresuid", 128, 117, 164, 193, "result_id_id_id") { AlsoNative32 = 208 },
        new("setreuid", 123, 113, 70, 427, "result_id_id") { AlsoNative32 = 203 },
        new("setrlimit", 45, 160, 75, 143, "setrlimit_exit"),
        new("setsid", 43, 112, 66, 275, "result"),
        new("setsockopt", 252, 54, 366, 45, "setsockopt_exit") { NativeX32 = 541, SocketCall = 14 },
        new("setuid", 133, 105, 23, 199, "result_id") { AlsoNative32 = 213 },
        new("shutdown", 251, 48, 373, 37, "shutdown_exit") { SocketCall = 13 },
        new("signalfd", 220, 282, 321, 127, "signalfd_exit"),
        new("signalfd4", 225, 289, 327, 399, "signalfd4_exit"),
        new("socket", 241, 41, 359, 19, "socket_exit") { SocketCall = 1 },
        new("socketpair", 248, 53, 360, 43, "socketpair_exit") { SocketCall = 8 },
        new("splice", 214, 275, 313, 167, "splice_exit"),
        new("stat", 14, 4, 106, 67, "result_text"),
        new("stat64", 278, None, 195, 73, "result_text"),
        new("symlink", 49, 88, 83, 179, "result_text_text"),
        new("symlinkat", 205, 266, 304, 181, "symlinkat_exit"),
        new("tgkill", 179, 234, 270, 133, "tgkill_exit"),
        new("timerfd_create", 221, 283, 322, 137, "timerfd_create_exit"),
        new("tkill", 153, 200, 238, 131, "kill_exit"),
        new("umount", 288, None, 22, 387, "result_text"),
        new("umount2", 323, 166, 52, 391, "umount2_exit"),
        new("unlink", 9, 87, 10, 301, "result_text"),
        new("unlinkat", 202, 263, 301, 303, "unlinkat_exit"),
        new("unshare", 211, 272, 310, 285, "unshare_exit"),
        new("userfaultfd", 321, 323, 374, 321, "userfaultfd_exit"),
        new("vfork", 304, 58, 190, 227, "fork_exit") { MakesThreads = true },
        new("write", 4, 1, 4, 9, "write_exit"),
        new("writev", 88, 20, 146, 119, "writev_exit") { NativeX32 = 516 },
    ];
}
