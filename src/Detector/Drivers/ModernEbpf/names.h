/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls on names in directories: links, renames, removals, modes, owners, mounts. */
#pragma once
#include "ids.h"
#include "shapes.h"

EXIT_EVENT(renameat_exit, 5, {
	put_result(event, call);
	put_number(event, call, 0);
	put_text(event, call, 1);
	put_number(event, call, 2);
	put_text(event, call, 3);
})

EXIT_EVENT(renameat2_exit, 6, {
	fill_renameat_exit(event, call);
	put_u32(event, argument(call, 4) & 7);
})

EXIT_EVENT(linkat_exit, 6, {
	fill_renameat_exit(event, call);
	put_u32(event, argument(call, 4) & 0x1400); /* AT_SYMLINK_FOLLOW, AT_EMPTY_PATH */
})

EXIT_EVENT(symlinkat_exit, 4, {
	put_result(event, call);
	put_text(event, call, 0);
	put_number(event, call, 1);
	put_text(event, call, 2);
})

EXIT_EVENT(unlinkat_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_text(event, call, 1);
	put_u32(event, argument(call, 2) & 0x200); /* AT_REMOVEDIR */
})

static __always_inline void put_mode(struct event *event, const struct call *call, int index)
{
	put_u32(event, argument(call, index) & 07777);
}

/* mkdir, chmod. */
EXIT_EVENT(result_text_mode, 3, {
	put_result(event, call);
	put_text(event, call, 0);
	put_mode(event, call, 1);
})

/* mkdirat, fchmodat. */
EXIT_EVENT(result_number_text_mode, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_text(event, call, 1);
	put_mode(event, call, 2);
})

EXIT_EVENT(fchmod_exit, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_mode(event, call, 1);
})

/* chown, lchown. */
EXIT_EVENT(chown_exit, 4, {
	put_result(event, call);
	put_text(event, call, 0);
	put_id(event, call, 1);
	put_id(event, call, 2);
})

EXIT_EVENT(fchown_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_id(event, call, 1);
	put_id(event, call, 2);
})

static __always_inline __u32 fchownat_flags(__u64 kernel)
{
	/* AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
	return (kernel & 0x1000) | (kernel & 0x100 ? 1024 : 0);
}

EXIT_EVENT(fchownat_exit, 6, {
	put_result(event, call);
	put_number(event, call, 0);
	put_text(event, call, 1);
	put_id(event, call, 2);
	put_id(event, call, 3);
	put_u32(event, fchownat_flags(argument(call, 4)));
})

static __always_inline __u32 mount_flags(__u32 kernel)
{
	/* Up to Linux 2.3 the upper half had to hold this number; programs still send it. */
	return (kernel & 0xffff0000) == 0xc0ed0000 ? kernel & 0xffff : kernel;
}

EXIT_EVENT(mount_exit, 5, {
	put_result(event, call);
	put_text(event, call, 0);
	put_text(event, call, 1);
	put_text(event, call, 2);
	put_u32(event, mount_flags(argument(call, 3)));
})

EXIT_EVENT(umount2_exit, 3, {
	put_result(event, call);
	put_text(event, call, 0);
	put_u32(event, argument(call, 1) & 15);
})
