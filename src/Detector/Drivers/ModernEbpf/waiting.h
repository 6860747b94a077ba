/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls that wait. */
#pragma once
#include "shapes.h"
#include "time.h"

/* Descriptors of one poll that are looked at, and bytes that one takes in the event. */
#define MAX_POLLED 128
#define POLLED_BYTES 10

EXIT_EVENT(epoll_wait_exit, 2, {
	put_result(event, call);
	put_number(event, call, 2);
})

EXIT_EVENT(nanosleep_exit, 2, {
	put_result(event, call);
	put_u64(event, read_timespec(call, argument(call, 0)));
})

static __always_inline __u16 poll_flags(__u16 kernel)
{
	__u16 flags = kernel & 7; /* POLLIN, POLLPRI, POLLOUT */

	if (kernel & 0x2000)
		flags |= 8; /* POLLRDHUP */
	flags |= (kernel & 0x38) << 1; /* POLLERR, POLLHUP, POLLNVAL */
	flags |= (kernel & 0x3c0) << 1; /* POLLRDNORM, POLLRDBAND, POLLWRNORM, POLLWRBAND */
	return flags;
}

/* struct pollfd. */
struct polled {
	__s32 fd;
	__u16 events, happened;
};

/* Descriptors to which something happened: their number, and each with what it was. */
LOOP long write_polled(__u64 array, __u32 count, __u32 position)
{
	struct scratch *scratch = this_scratch(hook_sys_exit);
	/* In memory and not in a register, for the same reason as the start of a path. */
	volatile __u32 *told;

	if (!scratch)
		return 0;
	told = &scratch->told;
	*told = 0;
	for (__u32 i = 0; i < MAX_POLLED; i++) {
		struct polled polled = {};
		__u8 *entry;

		if (i >= count)
			break;
		if (bpf_probe_read_user(&polled, sizeof(polled), (void *)(array + i * sizeof(polled)))) {
			COUNT(unreadable);
			break;
		}
		if (!polled.happened)
			continue;
		entry = &scratch->data[INSIDE(position + sizeof(__u16) + *told * POLLED_BYTES)];
		*(__s64 *)entry = polled.fd;
		*(__u16 *)(entry + sizeof(__s64)) = poll_flags(polled.happened);
		*told += 1;
	}
	if (count > MAX_POLLED)
		COUNT(truncated);
	*(__u16 *)&scratch->data[INSIDE(position)] = *told;
	return sizeof(__u16) + *told * POLLED_BYTES;
}

static __always_inline void put_polled(struct event *event, const struct call *call)
{
	put_result(event, call);
	/* After a failure nothing was written there. */
	put_written(event, write_polled(argument(call, 0), call->result < 0 ? 0 : argument_u32(call, 1), event->position));
}

EXIT_EVENT(poll_exit, 3, {
	put_polled(event, call);
	put_number(event, call, 2);
})

EXIT_EVENT(ppoll_exit, 4, {
	__u32 signals = 0;

	if (argument(call, 3))
		bpf_probe_read_user(&signals, sizeof(signals), (void *)argument(call, 3));
	put_polled(event, call);
	put_u64(event, read_timespec(call, argument(call, 2)));
	put_u32(event, signals);
})

EXIT_EVENT(futex_exit, 4, {
	put_result(event, call);
	put_u64(event, argument(call, 0));
	put_u16(event, argument(call, 1) & 0x1ff);
	put_u64(event, argument_u32(call, 2));
})

/* struct sembuf. */
struct semaphore_step {
	__u16 number;
	__s16 step;
	__u16 flags;
};

static __always_inline void put_semaphore_step(struct event *event, const struct call *call, __u32 index)
{
	struct semaphore_step step = {};

	if (index < argument_u32(call, 2) &&
	    bpf_probe_read_user(&step, sizeof(step), (void *)(argument(call, 1) + index * sizeof(step))))
		COUNT(unreadable);
	put_u16(event, step.number);
	put_u16(event, step.step);
	put_u16(event, (step.flags & 04000 ? 1 : 0) | (step.flags & 0x1000 ? 2 : 0)); /* IPC_NOWAIT, SEM_UNDO */
}

EXIT_EVENT(semop_exit, 9, {
	put_result(event, call);
	put_word(event, call, 2);
	put_semaphore_step(event, call, 0);
	put_semaphore_step(event, call, 1);
	put_word(event, call, 0);
})

EXIT_EVENT(semget_exit, 4, {
	put_result(event, call);
	put_word(event, call, 0);
	put_word(event, call, 1);
	/* IPC_CREAT, IPC_EXCL */
	put_u32(event, (argument(call, 2) & 01000 ? 8192 : 0) | (argument(call, 2) & 02000 ? 16384 : 0));
})

static __always_inline __u16 semaphore_command(__u32 kernel)
{
	switch (kernel & ~0x100) { /* IPC_64 */
	case 0: /* IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO */
		return 4;
	case 1:
		return 2;
	case 2:
		return 1;
	case 3:
		return 8;
	case 11: /* GETPID, GETVAL, GETALL, GETNCNT, GETZCNT, SETVAL, SETALL */
		return 256;
	case 12:
		return 512;
	case 13:
		return 64;
	case 14:
		return 128;
	case 15:
		return 1024;
	case 16:
		return 4096;
	case 17:
		return 2048;
	case 18: /* SEM_STAT, SEM_INFO */
		return 32;
	case 19:
		return 16;
	default:
		return 0;
	}
}

EXIT_EVENT(semctl_exit, 5, {
	__u16 command = semaphore_command(argument(call, 2));

	put_result(event, call);
	put_word(event, call, 0);
	put_word(event, call, 1);
	put_u16(event, command);
	put_u32(event, command == 4096 ? argument_u32(call, 3) : 0);
})
