#!/bin/sh
# Removes what an enclosure can leave behind, what still runs in it first: remove.sh FOLDER NAME
folder=$1 name=$2

removed() {
  for group in $(awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts); do
    [ -d "$group/$name" ] || continue
    find "$group/$name" -name cgroup.procs -exec cat {} + | xargs -r kill -KILL
    find "$group/$name" -depth -type d -exec rmdir {} + || return 1
  done
  rm -rf "$folder"
}

# The kernel takes a moment to let go of what a process that it killed was using.
for pause in 0.1 0.2 0.5 1 2 5 0; do
  removed 2>/dev/null && exit
  sleep "$pause"
done
removed
