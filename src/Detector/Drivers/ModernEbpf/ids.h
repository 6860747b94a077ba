/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* User and group ids, capabilities, sessions. */
#pragma once
#include "exec.h"
#include "shapes.h"

/* The first 32-bit calls take ids of 16 bits, of which 0xffff stands for -1. */
static __always_inline bool has_short_ids(const struct call *call)
{
	if (!call->compat)
		return 0;
	switch (call->number) {
	case 16:  /* lchown */
	case 23:  /* setuid */
	case 46:  /* setgid */
	case 70:  /* setreuid */
	case 71:  /* setregid */
	case 95:  /* fchown */
	case 164: /* setresuid */
	case 170: /* setresgid */
	case 182: /* chown */
		return 1;
	default:
		return 0;
	}
}

static __always_inline void put_id(struct event *event, const struct call *call, int index)
{
	__u32 id = argument_u32(call, index);

	if (has_short_ids(call))
		id = (__u16)id == 0xffff ? (__u32)-1 : (__u16)id;
	put_u32(event, id);
}

EXIT_EVENT(result_id, 2, {
	put_result(event, call);
	put_id(event, call, 0);
})

EXIT_EVENT(result_id_id, 3, {
	put_result(event, call);
	put_id(event, call, 0);
	put_id(event, call, 1);
})

EXIT_EVENT(result_id_id_id, 4, {
	put_result(event, call);
	put_id(event, call, 0);
	put_id(event, call, 1);
	put_id(event, call, 2);
})

/* What the thread has now. */
EXIT_EVENT(capset_exit, 4, {
	const struct cred *cred = BPF_CORE_READ(current_task(), cred);

	put_result(event, call);
	put_u64(event, capabilities(&cred->cap_inheritable));
	put_u64(event, capabilities(&cred->cap_permitted));
	put_u64(event, capabilities(&cred->cap_effective));
})
