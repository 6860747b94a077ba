/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* quotactl: what it moved depends on the command (linux/quota.h, linux/dqblk_xfs.h). */
#pragma once
#include "shapes.h"

enum {
	Q_QUOTAON = 0x800002,
	Q_GETFMT = 0x800004,
	Q_GETINFO = 0x800005,
	Q_SETINFO = 0x800006,
	Q_GETQUOTA = 0x800007,
	Q_SETQUOTA = 0x800008,
	Q_XGETQUOTA = 0x5803,
	Q_XSETQLIM = 0x5804,
};

static __always_inline __u16 quota_command(__u32 kernel)
{
	if (kernel == 0x800001) /* Q_SYNC */
		return 128;
	if (kernel == Q_QUOTAON || kernel == 0x800003) /* Q_QUOTAOFF */
		return kernel - 0x800001;
	if (kernel >= Q_GETFMT && kernel <= Q_SETQUOTA)
		return 4 << (kernel - Q_GETFMT);
	if (kernel >= 0x5801 && kernel <= 0x5807) /* Q_XQUOTAON to Q_XQUOTASYNC */
		return 256 << (kernel - 0x5801);
	return 0;
}

/* QFMT_VFS_OLD, QFMT_VFS_V0, QFMT_VFS_V1; 1 for none. */
static __always_inline __u8 quota_format(__u32 kernel)
{
	return kernel == 1 || kernel == 2 ? kernel * 2 : kernel == 4 ? 8 : 1;
}

/* struct if_dqblk. */
struct quota {
	__u64 block_hard, block_soft, space, inode_hard, inode_soft, inodes, block_time, inode_time;
};

/* struct if_dqinfo. */
struct quota_info {
	__u64 block_grace, inode_grace;
	__u32 flags, valid;
};

EXIT_EVENT(quotactl_exit, 18, {
	__u32 command = argument_u32(call, 0) >> 8;
	__u32 type = argument_u32(call, 0) & 0xff;
	void *address = (void *)argument(call, 3);
	struct quota quota = {};
	struct quota_info info = {};
	__u32 format = 0;

	if (command == Q_GETQUOTA || command == Q_SETQUOTA)
		bpf_probe_read_user(&quota, sizeof(quota), address);
	if (command == Q_GETINFO || command == Q_SETINFO)
		bpf_probe_read_user(&info, sizeof(info), address);
	if (command == Q_GETFMT)
		bpf_probe_read_user(&format, sizeof(format), address);
	put_result(event, call);
	put_text(event, call, 1);
	put_user_text(event, command == Q_QUOTAON ? (__u64)address : 0);
	put_u64(event, quota.block_hard);
	put_u64(event, quota.block_soft);
	put_u64(event, quota.space);
	put_u64(event, quota.inode_hard);
	put_u64(event, quota.inode_soft);
	put_u64(event, quota.block_time);
	put_u64(event, quota.inode_time);
	put_u64(event, info.block_grace);
	put_u64(event, info.inode_grace);
	put_u8(event, info.flags & 1 ? 2 : 0);
	put_u8(event, quota_format(format));
	put_u16(event, quota_command(command));
	put_u8(event, type == 0 ? 1 : type == 1 ? 2 : 0);
	/* Q_QUOTAON has the format where the others have the id. */
	put_u32(event, command == Q_GETQUOTA || command == Q_SETQUOTA || command == Q_XGETQUOTA || command == Q_XSETQLIM
			       ? argument_u32(call, 2)
			       : 0);
	put_u8(event, command == Q_QUOTAON ? quota_format(argument_u32(call, 2)) : 1);
})
