/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls that ask the kernel for something: files, ids, limits, quotas, keys. */
#pragma once
#include "data.h"
#include "shapes.h"

/* A call of which the format tells nothing but that it was made. */
EXIT_EVENT(bare, 0, {})

EXIT_EVENT(access_exit, 3, {
	put_result(event, call);
	put_text(event, call, 0);
	put_u32(event, argument(call, 1) & 7);
})

EXIT_EVENT(newfstatat_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_text(event, call, 1);
	put_u32(event, argument(call, 3) & 0x1900); /* AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_SYMLINK_NOFOLLOW */
})

EXIT_EVENT(getcwd_exit, 2, {
	put_result(event, call);
	put_user_text(event, call->result > 0 ? argument(call, 0) : 0);
})

EXIT_EVENT(flock_exit, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u32(event, argument(call, 1) & 15);
})

EXIT_EVENT(mknod_exit, 4, {
	put_result(event, call);
	put_text(event, call, 0);
	put_u32(event, argument(call, 1) & 0177777);
	put_word(event, call, 2);
})

EXIT_EVENT(mknodat_exit, 5, {
	put_result(event, call);
	put_number(event, call, 0);
	put_text(event, call, 1);
	put_u32(event, argument(call, 2) & 0177777);
	put_word(event, call, 3);
})

/* getuid and its like: the result is the id. */
EXIT_EVENT(own_id, 1, {
	put_u32(event, call->result);
})

/* getresuid, getresgid. The first 32-bit ones write ids of 16 bits. */
static __always_inline void put_written_id(struct event *event, const struct call *call, int index)
{
	__u16 slim = 0;
	__u32 id = 0;

	if (call->compat) {
		bpf_probe_read_user(&slim, sizeof(slim), (void *)argument(call, index));
		id = slim;
	} else {
		bpf_probe_read_user(&id, sizeof(id), (void *)argument(call, index));
	}
	put_u32(event, id);
}

EXIT_EVENT(getresuid_exit, 4, {
	put_result(event, call);
	put_written_id(event, call, 0);
	put_written_id(event, call, 1);
	put_written_id(event, call, 2);
})

/* struct rlimit. */
struct limits {
	__s64 soft, hard;
};

static __always_inline void put_limits(struct event *event, __u64 address, bool narrow, bool written)
{
	struct limits limits = {};
	__u32 slim[2] = {};

	if (!written) {
		limits.soft = limits.hard = -1;
	} else if (address && narrow) {
		bpf_probe_read_user(slim, sizeof(slim), (void *)address);
		limits.soft = slim[0];
		limits.hard = slim[1];
	} else if (address) {
		bpf_probe_read_user(&limits, sizeof(limits), (void *)address);
	}
	put_s64(event, limits.soft);
	put_s64(event, limits.hard);
}

static __always_inline void put_resource(struct event *event, __u32 resource)
{
	put_u8(event, resource < 16 ? resource : 255);
}

EXIT_EVENT(getrlimit_exit, 4, {
	put_result(event, call);
	put_limits(event, argument(call, 1), call->compat, call->result >= 0);
	put_resource(event, argument(call, 0));
})

EXIT_EVENT(setrlimit_exit, 4, {
	put_result(event, call);
	put_limits(event, argument(call, 1), call->compat, 1);
	put_resource(event, argument(call, 0));
})

EXIT_EVENT(prlimit_exit, 7, {
	put_result(event, call);
	put_limits(event, argument(call, 2), 0, 1);
	put_limits(event, argument(call, 3), 0, call->result >= 0);
	put_number(event, call, 0);
	put_resource(event, argument(call, 1));
})

EXIT_EVENT(seccomp_exit, 3, {
	put_result(event, call);
	put_u64(event, argument_u32(call, 0));
	put_u64(event, argument_u32(call, 1));
})

/* Every argument as a plain number. */
EXIT_EVENT(keyctl_exit, 6, {
	put_result(event, call);
	put_word(event, call, 0);
	put_typed_u64(event, 0, argument(call, 1));
	put_typed_u64(event, 0, argument(call, 2));
	put_typed_u64(event, 0, argument(call, 3));
	put_typed_u64(event, 0, argument(call, 4));
})

enum {
	FSCONFIG_SET_STRING = 1,
	FSCONFIG_SET_BINARY = 2,
	FSCONFIG_SET_PATH = 3,
	FSCONFIG_SET_PATH_EMPTY = 4,
};

EXIT_EVENT(fsconfig_exit, 7, {
	__u32 command = argument_u32(call, 1);
	bool text = command == FSCONFIG_SET_STRING || command == FSCONFIG_SET_PATH || command == FSCONFIG_SET_PATH_EMPTY;

	put_result(event, call);
	put_number(event, call, 0);
	put_word(event, call, 1);
	put_text(event, call, 2);
	put_data(event, argument(call, 3), command == FSCONFIG_SET_BINARY ? argument_u32(call, 4) : 0);
	put_user_text(event, text ? argument(call, 3) : 0);
	put_word(event, call, 4);
})
