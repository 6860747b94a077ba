/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Times that calls are given. */
#pragma once
#include "call.h"

/* 32-bit calls of 2019 whose times have 64 bits. */
#define IA32_PPOLL_TIME64 414

/* Nanoseconds of a struct timespec; 0 when there is none. x32 has the 64-bit one. */
static __always_inline __u64 read_timespec(const struct call *call, __u64 address)
{
	__s64 wide[2] = {};
	__s32 slim[2] = {};

	if (!address)
		return 0;
	if (call->compat && call->number != IA32_PPOLL_TIME64) {
		if (bpf_probe_read_user(slim, sizeof(slim), (void *)address))
			COUNT(unreadable);
		wide[0] = slim[0];
		wide[1] = slim[1];
	} else if (bpf_probe_read_user(wide, sizeof(wide), (void *)address)) {
		COUNT(unreadable);
	}
	return wide[0] * 1000000000 + wide[1];
}
