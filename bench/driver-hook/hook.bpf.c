// SPDX-License-Identifier: Apache-2.0
// The same small handler behind three hooks; only the way to it differs. Used for docs/decisions/0010-driver-hook.md.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long orig_ax;
};
#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

// open, close, creat, openat, openat2 as x86-64 numbers them: a host where few calls are wanted.
volatile const __u64 wanted[8] = {0xc, 1ull << (85 - 64), 0, 0, 1ull << (257 - 256), 0, 1ull << (437 - 384), 0};

static __always_inline int handle(void)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&seen, &key);
	if (count)
		(*count)++;
	return 0;
}

SEC("tp_btf/sys_exit")
int raw_exit(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	unsigned long number = regs->orig_ax;
	if (number > 511 || !(wanted[(number >> 6) & 7] >> (number & 63) & 1))
		return 0;
	return handle();
}

SEC("fexit/__x64_sys_openat")
int call_openat(void *ctx)
{
	return handle();
}

SEC("fexit/__x64_sys_close")
int call_close(void *ctx)
{
	return handle();
}

SEC("tp/syscalls/sys_exit_openat")
int point_openat(void *ctx)
{
	return handle();
}

SEC("tp/syscalls/sys_exit_close")
int point_close(void *ctx)
{
	return handle();
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
