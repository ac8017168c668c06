#!/bin/sh
# The first process of an enclosure: arranges its files and network, runs the command and takes in orphaned processes.
# enclosed.sh FOLDER CGROUP NODE ADDRESS SERVICES COMMAND...
set -eu
folder=$1 cgroup=$2 node=$3 address=$4 services=$5
shift 5

# The enclosure's own cgroups are all that there are.
awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts | while read -r group; do
  mount --bind "$group/$cgroup" "$group"
done
if [ -e /sys/fs/cgroup/cgroup.subtree_control ]; then # of version 2: one with processes has no controllers to give
  mkdir /sys/fs/cgroup/init
  while read -r process; do
    echo "$process" >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null || :
  done </sys/fs/cgroup/cgroup.procs
fi

# Programs keep state in fixed places: they get those of the folder.
for place in run var/lib var/log; do
  mkdir -p "$folder/root/$place"
  mount --bind "$folder/root/$place" "/$place"
done
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$node" >"$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts

# A kubelet sets these for the whole machine, unless they are as it wants them: it is to see them so.
tune() { # NAME VALUE
  [ -e "/proc/sys/$1" ] || return 0
  file="$folder/sysctl/$1"
  mkdir -p "$(dirname "$file")"
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1"
}
tune vm/overcommit_memory 1
tune vm/panic_on_oom 0
tune kernel/panic 10
tune kernel/panic_on_oops 1
tune kernel/keys/root_maxkeys 1000000
tune kernel/keys/root_maxbytes 25000000

hostname "$node"
ip link set lo up
ip address add "$address/32" dev lo
# A connection to a Service has to have a route before the firewall sends it elsewhere.
ip route add "$services" dev lo src "$address"
echo 1 >/proc/sys/net/ipv4/ip_forward

"$@" &
wait "$!"
