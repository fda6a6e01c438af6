#!/bin/sh
# The last steps of the toolbox image, in the image itself: of the Dockerfile and of `python -m deploy.toolbox` alike.
set -eu

# Tools that need no library, in one folder: they run with another container's files around them, too.
mkdir -p /toolbox/bin
cp /bin/busybox /toolbox/bin/busybox
for applet in $(/toolbox/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -sf busybox "/toolbox/bin/$applet"
done
chmod 755 /toolbox/bin/*

# A numeric user of no one's, and a home that any user may write to: who runs it is decided by the target.
echo 'toolbox:x:65532:65532:toolbox:/home/toolbox:/bin/sh' >> /etc/passwd
echo 'toolbox:x:65532:' >> /etc/group
mkdir -p /home/toolbox
chmod 1777 /home/toolbox

# Nothing in it gives more power than the one who starts it has. A program with a capability of its own can't even be
# started by those who may not have it; a copy has none.
cp /usr/bin/ping /usr/bin/ping.plain
mv /usr/bin/ping.plain /usr/bin/ping
find / -xdev -perm /6000 -type f -exec chmod a-s {} +
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /usr/share/doc/* /usr/share/man/* /usr/share/locale/*
