/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls by which processes act on others, on namespaces and on the kernel. */
#pragma once
#include "clone.h"
#include "data.h"
#include "shapes.h"

EXIT_EVENT(unshare_exit, 2, {
	put_result(event, call);
	put_u32(event, clone_flags(argument(call, 0)));
})

EXIT_EVENT(setns_exit, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u32(event, clone_flags(argument(call, 1)));
})

/* kill, tkill. */
EXIT_EVENT(kill_exit, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u8(event, argument(call, 1));
})

EXIT_EVENT(tgkill_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_number(event, call, 1);
	put_u8(event, argument(call, 2));
})

enum {
	PTRACE_PEEKTEXT = 1,
	PTRACE_PEEKDATA = 2,
	PTRACE_PEEKUSR = 3,
	PTRACE_CONT = 7,
	PTRACE_KILL = 8,
	PTRACE_SINGLESTEP = 9,
	PTRACE_DETACH = 17,
	PTRACE_SYSCALL = 24,
};

static __always_inline __u16 ptrace_request(__u32 kernel)
{
	switch (kernel) {
	case 0 ... 9: /* PTRACE_TRACEME to PTRACE_SINGLESTEP */
		return kernel + 1;
	case 12: /* PTRACE_GETREGS, SETREGS, GETFPREGS, SETFPREGS */
	case 13:
	case 14:
	case 15:
		return kernel + 14;
	case 16: /* PTRACE_ATTACH, PTRACE_DETACH */
	case 17:
		return kernel - 5;
	case 18: /* PTRACE_GETFPXREGS, PTRACE_SETFPXREGS */
	case 19:
		return kernel + 12;
	case 21: /* PTRACE_OLDSETOPTIONS */
		return 32;
	case 24: /* PTRACE_SYSCALL */
		return 13;
	case 25: /* PTRACE_GET_THREAD_AREA, SET_THREAD_AREA */
	case 26:
		return kernel + 8;
	case 30: /* PTRACE_ARCH_PRCTL, SYSEMU, SYSEMU_SINGLESTEP, SINGLEBLOCK */
		return 35;
	case 31:
	case 32:
	case 33:
		return kernel + 5;
	case 0x4200 ... 0x420b: /* PTRACE_SETOPTIONS to PTRACE_SETSIGMASK */
		return kernel - 0x4200 + 14;
	default:
		return 0;
	}
}

static __always_inline void put_ptrace_data(struct event *event, const struct call *call, __u32 request)
{
	__u64 data = 0;

	if (call->result < 0) {
		put_typed_u64(event, 0, 0);
		return;
	}
	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
	case PTRACE_PEEKUSR:
		/* The word that was read lies where the caller wanted it. */
		bpf_probe_read_user(&data, call->compat ? 4 : 8, (void *)argument(call, 3));
		put_typed_u64(event, 0, data);
		break;
	case PTRACE_CONT:
	case PTRACE_SINGLESTEP:
	case PTRACE_DETACH:
	case PTRACE_SYSCALL:
		/* A signal. */
		*room_behind(event, 0) = 1;
		*room_behind(event, 1) = argument(call, 3);
		put_length(event, 2);
		break;
	default:
		put_typed_u64(event, 0, argument(call, 3));
	}
}

EXIT_EVENT(ptrace_exit, 5, {
	__u32 request = argument_u32(call, 0);

	put_result(event, call);
	put_typed_u64(event, 0, call->result < 0 ? 0 : argument(call, 2));
	put_ptrace_data(event, call, request);
	put_u16(event, ptrace_request(request));
	put_number(event, call, 1);
})

enum {
	PR_SET_NAME = 15,
	PR_GET_NAME = 16,
	PR_GET_CHILD_SUBREAPER = 37,
};

EXIT_EVENT(prctl_exit, 4, {
	__u32 option = argument_u32(call, 0);
	__s32 value = 0;

	put_result(event, call);
	put_u32(event, option);
	switch (option) {
	case PR_SET_NAME:
	case PR_GET_NAME:
		put_text(event, call, 1);
		put_s64(event, 0);
		break;
	case PR_GET_CHILD_SUBREAPER:
		bpf_probe_read_user(&value, sizeof(value), (void *)argument(call, 1));
		put_absent(event);
		put_s64(event, value);
		break;
	default:
		put_absent(event);
		put_s64(event, argument(call, 1));
	}
})

EXIT_EVENT(init_module_exit, 4, {
	__u64 size = call->narrow ? argument_u32(call, 1) : argument(call, 1);

	put_result(event, call);
	put_data(event, argument(call, 0), size);
	put_u64(event, size);
	put_text(event, call, 2);
})

EXIT_EVENT(finit_module_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_text(event, call, 1);
	put_u32(event, argument(call, 2) & 7);
})

static __always_inline __u32 delete_module_flags(__u64 kernel)
{
	/* O_TRUNC, O_NONBLOCK */
	return (kernel & 01000 ? 1 : 0) | (kernel & 04000 ? 2 : 0);
}

EXIT_EVENT(delete_module_exit, 3, {
	put_result(event, call);
	put_text(event, call, 0);
	put_u32(event, delete_module_flags(argument(call, 1)));
})
