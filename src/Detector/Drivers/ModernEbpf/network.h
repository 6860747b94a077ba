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

/* Both ends of a socket as the kernel has them; what the kernel does not know yet comes from `asked`. */
static __always_inline void put_tuple(struct event *event, struct sock *sock, const struct address *asked, __u16 asked_family)
{
	__u16 family = BPF_CORE_READ(sock, __sk_common.skc_family);
	__u32 used = 1;

	*room_behind(event, 0) = family;
	if (family == FAMILY_INET) {
		__be32 ip = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
		__be16 port = BPF_CORE_READ(sock, __sk_common.skc_dport);

		used = append_bytes(event, used, &ip, 4);
		*(__u16 *)room_behind(event, used) = BPF_CORE_READ(sock, __sk_common.skc_num);
		used += 2;
		ip = BPF_CORE_READ(sock, __sk_common.skc_daddr);
		if (!port && asked_family == FAMILY_INET) {
			__builtin_memcpy(&ip, asked->inet.ip, sizeof(ip));
			port = asked->inet.port;
		}
		used = append_bytes(event, used, &ip, 4);
		used = append_port(event, used, port);
	} else if (family == FAMILY_INET6) {
		__be16 port = BPF_CORE_READ(sock, __sk_common.skc_dport);
		const void *far = &sock->__sk_common.skc_v6_daddr;

		used = append_bytes(event, used, &sock->__sk_common.skc_v6_rcv_saddr, 16);
		*(__u16 *)room_behind(event, used) = BPF_CORE_READ(sock, __sk_common.skc_num);
		used += 2;
		if (!port && asked_family == FAMILY_INET6) {
			far = asked->inet6.ip;
			port = asked->inet6.port;
		}
		used = append_bytes(event, used, far, 16);
		used = append_port(event, used, port);
	} else if (family == FAMILY_UNIX) {
		struct unix_sock *near = (struct unix_sock *)sock;
		struct unix_sock *peer = (struct unix_sock *)BPF_CORE_READ(near, peer);
		struct unix_address *name = BPF_CORE_READ(peer, addr);

		*(__u64 *)room_behind(event, used) = (__u64)sock;
		*(__u64 *)room_behind(event, used + 8) = (__u64)peer;
		used += 16;
		if (name)
			used = append_unix_path(event, used,
						(const char *)&name->name + 2, BPF_CORE_READ(name, len) - 2);
		else
			used = append_unix_path(event, used, asked->path, UNIX_PATH);
	} else {
		used = 0;
	}
	put_length(event, used);
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
