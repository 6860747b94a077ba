#!/usr/bin/env python3
"""Measures what a router's CPU takes for each alert of a sender that is given as a command, in the unit of the shared measure (routebench.py): the
CPU time of nginx for one POST of the same alert.

  streambench.py --name NAME --cmd "ROUTER ..." --ready URL --body ALERT.JSON --count N --sink-port PORT --send "COMMAND" --warmup "COMMAND"
The sender must end with 0 only when all N alerts were acknowledged. Prints one JSON object. Needs h2load and nginx."""
import argparse, json, os, shlex, subprocess, sys, tempfile, time, urllib.request


def ticks(pid):
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=5).read()
        return True
    except OSError:
        return False


def nginx_seconds(port, body, posts=100_000):
    folder = tempfile.mkdtemp()
    with open(folder + '/conf', 'w') as conf:
        conf.write(f'''daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/err;
events {{ worker_connections 8192; }}
http {{ access_log off; client_body_temp_path {folder}/b; client_body_buffer_size 1m; keepalive_requests 100000000;
 server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 204; }} }} }}''')
    nginx = subprocess.Popen(['nginx', '-c', folder + '/conf', '-e', folder + '/err'])
    try:
        while not answers(f'http://127.0.0.1:{port}/'):
            time.sleep(.05)
        pids = [nginx.pid] + [int(child) for child in open(f'/proc/{nginx.pid}/task/{nginx.pid}/children').read().split()]
        used = lambda: sum(int(open(f'/proc/{pid}/schedstat').read().split()[0]) for pid in pids) / 1e9
        before = used()
        subprocess.run(['h2load', '--h1', '-n', str(posts), '-c', '16', '-t', '1', '-d', body, f'http://127.0.0.1:{port}/'], check=True, stdout=subprocess.DEVNULL)
        return (used() - before) / posts
    finally:
        nginx.terminate()
        nginx.wait()


parser = argparse.ArgumentParser()
for name in ('name', 'cmd', 'ready', 'body', 'send', 'warmup'):
    parser.add_argument('--' + name, required=True)
parser.add_argument('--count', type=int, required=True)
parser.add_argument('--sink-port', type=int, required=True)
arguments = parser.parse_args()
unit = nginx_seconds(arguments.sink_port, arguments.body)
router = subprocess.Popen(shlex.split(arguments.cmd), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    while not answers(arguments.ready):
        if router.poll() is not None:
            sys.exit('the router did not start')
        time.sleep(.02)
    subprocess.run(shlex.split(arguments.warmup), check=True, stdout=subprocess.DEVNULL)
    time.sleep(.5)
    before, start = ticks(router.pid), time.time()
    subprocess.run(shlex.split(arguments.send), check=True, stdout=subprocess.DEVNULL)
    wall, used = time.time() - start, ticks(router.pid) - before
    memory = next(line for line in open(f'/proc/{router.pid}/status') if line.startswith('VmHWM'))
    print(json.dumps(dict(
        name=arguments.name, alerts=arguments.count, per_s=round(arguments.count / wall), cpu_us_per_alert=round(used / arguments.count * 1e6, 1),
        nginx_us_per_post=round(unit * 1e6, 2), cpu_per_alert_in_nginx_posts=round(used / arguments.count / unit, 1), rss_peak_mb=int(memory.split()[1]) // 1024)))
finally:
    router.terminate()
    router.wait()
