/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Socket addresses, and connect. */
#pragma once
#include "call.h"
#include "event.h"

#define FAMILY_UNIX 1
#define FAMILY_INET 2
#define FAMILY_INET6 10
#define UNIX_PATH 108

#define EINPROGRESS 115

/* The three families' struct sockaddr_* as user space passes them. */
struct address {
	__u16 family;
	union {
		struct {
			__be16 port;
			__u8 ip[4];
		} inet;
		struct {
			__be16 port;
			__u8 flow[4];
			__u8 ip[16];
		} inet6;
		char path[UNIX_PATH];
	};
	/* Stays 0, so that a path ends; and gives the verifier a round size. */
	__u8 end[18];
};

/* Reads an address from the process. Returns its family, 0 when there is none or it is too short for its family. */
static __always_inline __u16 read_address(struct address *address, __u64 user, __u32 length)
{
	__builtin_memset(address, 0, sizeof(*address));
	if (!user || length < sizeof(address->family))
		return 0;
	if (length > 2 + UNIX_PATH)
		length = 2 + UNIX_PATH;
	barrier_var(length);
	if (bpf_probe_read_user(address, length & 127, (void *)user)) {
		COUNT(unreadable);
		address->family = 0;
	}
	if (address->family == FAMILY_INET && length < 8)
		return 0;
	if (address->family == FAMILY_INET6 && length < 24)
		return 0;
	return address->family;
}

static __always_inline __u32 append_bytes(struct event *event, __u32 used, const void *from, __u32 length)
{
	bpf_probe_read_kernel(room_behind(event, used), length, from);
	return used + length;
}

static __always_inline __u32 append_port(struct event *event, __u32 used, __be16 port)
{
	*(__u16 *)room_behind(event, used) = __builtin_bswap16(port);
	return used + 2;
}

/* A path of a Unix socket of at most `size` bytes, which need not end in a zero; the leading zero of an abstract name is
 * left out. */
static __always_inline __u32 append_unix_path(struct event *event, __u32 used, const char *path, long size)
{
	char first = 0;
	long length, skipped;

	READ_KERNEL(first, path);
	skipped = first == 0;
	/* Else clang makes an "or" of it, which the verifier refuses on pointers. */
	barrier_var(skipped);
	length = bpf_probe_read_kernel_str(room_behind(event, used), UNIX_PATH + 1, path + skipped);
	if (length <= 0 || length > UNIX_PATH + 1) {
		*room_behind(event, used) = 0;
		length = 1;
	}
	size -= skipped;
	if (size >= 0 && length > size + 1) {
		length = size + 1;
		*room_behind(event, used + size) = 0;
	}
	return used + length;
}

static __always_inline void put_address(struct event *event, const struct address *address, __u16 family)
{
	__u32 used = 1;

	*room_behind(event, 0) = family;
	switch (family) {
	case FAMILY_INET:
		used = append_bytes(event, used, address->inet.ip, 4);
		used = append_port(event, used, address->inet.port);
		break;
	case FAMILY_INET6:
		used = append_bytes(event, used, address->inet6.ip, 16);
		used = append_port(event, used, address->inet6.port);
		break;
	case FAMILY_UNIX:
		used = append_unix_path(event, used, address->path, UNIX_PATH);
		break;
	default:
		used = 0;
	}
	put_length(event, used);
}

/* One end of a tuple: 4 or 16 bytes of address, and the port in this machine's order. */
static __always_inline __u32 append_end(struct event *event, __u32 used, const void *ip, __u32 size, __u16 port)
{
	used = append_bytes(event, used, ip, size);
	*(__u16 *)room_behind(event, used) = port;
	return used + 2;
}

static __always_inline __u32 append_unix_ends(struct event *event, __u32 used, struct sock *sock,
					      const struct address *asked, bool inbound)
{
	struct unix_sock *near = (struct unix_sock *)sock;
	struct unix_sock *far = (struct unix_sock *)BPF_CORE_READ(near, peer);
	struct unix_sock *named = inbound ? near : far;
	struct unix_address *name = BPF_CORE_READ(named, addr);

	*(__u64 *)room_behind(event, used) = (__u64)(inbound ? far : near);
	*(__u64 *)room_behind(event, used + 8) = (__u64)(inbound ? near : far);
	used += 16;
	if (name)
		return append_unix_path(event, used, (const char *)&name->name + 2, BPF_CORE_READ(name, len) - 2);
	if (asked && !inbound)
		return append_unix_path(event, used, asked->path, UNIX_PATH);
	*room_behind(event, used) = 0;
	return used + 1;
}

/* Both ends of a socket as the kernel has them: from here to there, or, inbound, from there to here. What the kernel does
 * not know of the other end comes from `asked`. */
static __always_inline void put_ends(struct event *event, struct sock *sock, const struct address *asked,
				     __u16 asked_family, bool inbound)
{
	__u16 family = BPF_CORE_READ(sock, __sk_common.skc_family);
	__u16 near_port = BPF_CORE_READ(sock, __sk_common.skc_num);
	__u16 far_port = __builtin_bswap16(BPF_CORE_READ(sock, __sk_common.skc_dport));
	__u32 used = 1;

	*room_behind(event, 0) = family;
	if (family == FAMILY_INET) {
		__be32 near = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
		__be32 far = BPF_CORE_READ(sock, __sk_common.skc_daddr);

		if (!far_port && asked && asked_family == FAMILY_INET) {
			__builtin_memcpy(&far, asked->inet.ip, sizeof(far));
			far_port = __builtin_bswap16(asked->inet.port);
		}
		used = append_end(event, used, inbound ? &far : &near, 4, inbound ? far_port : near_port);
		used = append_end(event, used, inbound ? &near : &far, 4, inbound ? near_port : far_port);
	} else if (family == FAMILY_INET6) {
		const void *near = &sock->__sk_common.skc_v6_rcv_saddr;
		const void *far = &sock->__sk_common.skc_v6_daddr;

		if (!far_port && asked && asked_family == FAMILY_INET6) {
			far = asked->inet6.ip;
			far_port = __builtin_bswap16(asked->inet6.port);
		}
		used = append_end(event, used, inbound ? far : near, 16, inbound ? far_port : near_port);
		used = append_end(event, used, inbound ? near : far, 16, inbound ? near_port : far_port);
	} else if (family == FAMILY_UNIX) {
		used = append_unix_ends(event, used, sock, asked, inbound);
	} else {
		used = 0;
	}
	put_length(event, used);
}

static __always_inline void put_tuple(struct event *event, struct sock *sock, const struct address *asked, __u16 asked_family)
{
	put_ends(event, sock, asked, asked_family, 0);
}

static __always_inline void put_tuple_inbound(struct event *event, struct sock *sock, const struct address *asked,
					      __u16 asked_family)
{
	put_ends(event, sock, asked, asked_family, 1);
}

static __always_inline struct sock *socket_of(__s64 fd)
{
	struct file *file = file_of(fd);
	struct socket *socket;

	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & 0170000) != 0140000)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

static __always_inline void fill_connect_exit(struct event *event, const struct call *call)
{
	struct address address;
	__u16 family = read_address(&address, argument(call, 1), argument_u32(call, 2));
	bool connects = call->result == 0 || call->result == -EINPROGRESS;
	struct sock *sock = connects ? socket_of(argument_s32(call, 0)) : NULL;

	put_s64(event, call->result);
	if (sock)
		put_tuple(event, sock, &address, family);
	else
		put_absent(event);
	put_s64(event, argument_s32(call, 0));
	put_address(event, &address, family);
}

static __always_inline void fill_connect_enter(struct event *event, const struct call *call)
{
	struct address address;
	__u16 family = read_address(&address, argument(call, 1), argument_u32(call, 2));

	put_s64(event, argument_s32(call, 0));
	put_address(event, &address, family);
}
