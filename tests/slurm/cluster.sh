#!/bin/sh
# cluster.sh FOLDER COMMAND... - a real Slurm of six nodes (one processor each) on this machine, for one command:
# munged, slurmctld and the slurmds run as long as it, with all their files in FOLDER. Needs Debian's slurmctld,
# slurmd, slurm-client and munge; no systemd, and nothing in /etc. The exit code is the command's; 77 when Slurm does
# not start, with what its daemons say.
#
# Where the kernel allows it (root), all of it has namespaces of its own: no port is open to others, and nothing
# outlives the command. Elsewhere the daemons listen on this machine's name, from port 27000 on.
set -u
PATH=/usr/sbin:/sbin:$PATH
nodes='1 2 3 4 5 6'

if [ "${1:-}" != --inside ]; then
	mkdir -p "$1"
	if unshare --pid --net --uts --fork --mount-proc ip link set lo up 2>"$1/unshare"; then
		exec unshare --pid --net --uts --fork --kill-child --mount-proc sh "$0" --inside own "$@"
	fi
	echo "cluster.sh: no namespaces here ($(head -n 1 "$1/unshare")): Slurm runs without" >&2
	set -- --inside shared "$@"
fi
namespaces=$2 folder=$(realpath "$3")
shift 3

host=$(hostname -s)
if [ "$namespaces" = own ]; then
	# Slurm resolves its own name, and finds no address while the only one is 127.0.0.1.
	host=localhost
	hostname $host
	ip link set lo up
	ip address add 127.0.0.2/8 dev lo
fi

mkdir -p "$folder/state"
chmod 755 "$folder"
(umask 077; head -c 256 /dev/urandom >"$folder/munge.key")
{
	# cred_expire is also how long a requeued job waits; SlurmdTimeout, how long a silent node counts as alive.
	cat <<-CONF
	ClusterName=test
	SlurmctldHost=$host
	SlurmctldPort=27000
	SlurmUser=$(id -un)
	SlurmdUser=$(id -un)
	CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
	AuthType=auth/munge
	CredType=cred/munge
	AuthInfo=socket=$folder/munge.socket,cred_expire=5
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	JobAcctGatherType=jobacct_gather/none
	AccountingStorageType=accounting_storage/none
	MpiDefault=none
	MailProg=/bin/true
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU
	SlurmdParameters=config_overrides
	SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
	PreemptType=preempt/partition_prio
	PreemptMode=REQUEUE
	MaxArraySize=5
	JobRequeue=1
	KillWait=2
	SlurmdTimeout=5
	SlurmctldTimeout=5
	ReturnToService=2
	MinJobAge=600
	StateSaveLocation=$folder/state
	SlurmdSpoolDir=$folder/spool.%n
	SlurmctldPidFile=$folder/slurmctld.pid
	SlurmdPidFile=$folder/%n.pid
	SlurmctldLogFile=$folder/slurmctld.log
	SlurmdLogFile=$folder/%n.log
	CONF
	for i in $nodes; do
		mkdir -p "$folder/spool.n$i"
		echo "NodeName=n$i NodeHostname=$host NodeAddr=$host Port=$((27000 + i)) CPUs=1 State=UNKNOWN"
	done
	echo "PartitionName=all Nodes=n[1-4] Default=YES"
	echo "PartitionName=side Nodes=n[5-6] PriorityTier=1"
	echo "PartitionName=cpu Nodes=n[5-6] PriorityTier=1" # as docs/cluster.md calls it
	echo "PartitionName=urgent Nodes=n[5-6] PriorityTier=2"
} >"$folder/slurm.conf"
SLURM_CONF=$folder/slurm.conf; export SLURM_CONF

daemons=
stop() {
	scancel --quiet --user="$(id -un)" 2>/dev/null
	# shellcheck disable=SC2086,SC2046 # lists
	[ "$namespaces" = own ] || { sleep 3; kill $daemons $(cat "$folder"/n?.pid 2>/dev/null) 2>/dev/null; }
} # in a namespace, the end of its process 1 ends all the others
# ready SECONDS WHAT LOG COMMAND...: until it succeeds
ready() {
	waited=0 most=$(($1 * 10)) what=$2 log=$3
	shift 3
	until "$@"; do
		waited=$((waited + 1))
		[ "$waited" -lt "$most" ] || {
			echo "cluster.sh: $what within $((most / 10)) s; $log says:" >&2
			tail -n 5 "$log" >&2
			stop
			exit 77
		}
		sleep 0.1
	done
}
munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
	--pid-file="$folder/munged.pid" --seed-file="$folder/munged.seed" --log-file="$folder/munged.log" >"$folder/munged.out" 2>&1 &
daemons=$!
ready 20 "munged has no socket" "$folder/munged.out" test -S "$folder/munge.socket"
slurmctld -D >"$folder/slurmctld.out" 2>&1 &
daemons="$! $daemons"
for i in $nodes; do slurmd -D -N "n$i" >"$folder/n$i.out" 2>&1 & done
idle() { [ "$(sinfo --noheader --Node --states=idle --partition=all,side --format=%N 2>/dev/null | wc -l)" = 6 ]; }
ready 60 "the nodes are not all idle" "$folder/slurmctld.out" idle
"$@"
status=$?
stop
exit "$status"
