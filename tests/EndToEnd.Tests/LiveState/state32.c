// SPDX-License-Identifier: Apache-2.0
// A 32-bit program without any library: opens what its first argument names, copies the descriptor, and asks about both.
static int call(int number, int one, int two, int three)
{
	int result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(one), "c"(two), "d"(three) : "memory");
	return result;
}

__attribute__((used)) static void begin(int *stack)
{
	int fd = call(5 /* open */, stack[2], 0102 /* O_RDWR | O_CREAT */, 0600);
	call(94 /* fchmod */, fd, 1, 0);
	call(63 /* dup2 */, fd, 60, 0);
	call(6 /* close */, fd, 0, 0);
	call(94, 60, 2, 0);
	call(94, fd, 3, 0);
	call(1 /* exit */, 0, 0, 0);
}

__asm__(".globl _start\n_start:\n\tmov %esp, %eax\n\tpush %eax\n\tcall begin\n");
