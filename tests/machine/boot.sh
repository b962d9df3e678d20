# Boots a throw-away machine with systemd as its first process: all that this machine has on its disk, under a layer in
# memory that takes what is written. Arguments: an empty folder, the checkout, Python's base folder, its site-packages.
# To be run in namespaces of its own for mounts, processes, network, host name, IPC and cgroups.
set -eu
folder=$1 checkout=$2 python=$3 packages=$4

mount -t tmpfs tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
root=$folder/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

# Nothing of the kernel and the devices is shared but what every container has. systemd sees what it cannot write and
# leaves it alone: no sysctl is set and no device made, since /sys and /proc/sys are read-only.
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"

# The code as docs/deploy.md lays it down; with the packages that are installed here, since there is no network.
mkdir -p "$root/opt/sessioncrawler/.venv/bin" "$root/opt/python" "$root/opt/packages"
for part in sessioncrawler templates deploy scrapy.cfg directory.toml; do
    cp -r "$checkout/$part" "$root/opt/sessioncrawler/"
done
mount --bind "$python" "$root/opt/python"
mount --bind "$packages" "$root/opt/packages"
version=$(basename "$(dirname "$packages")")
cd "$root/opt/sessioncrawler/.venv"
mkdir -p "lib/$version"
ln -s /opt/packages "lib/$version/site-packages"
ln -s "/opt/python/bin/$version" bin/python
printf 'home = /opt/python/bin\ninclude-system-site-packages = false\n' >pyvenv.cfg
printf '#!/opt/sessioncrawler/.venv/bin/python\nimport sys\nfrom scrapy.cmdline import execute\nsys.exit(execute())\n' >bin/scrapy
chmod 755 bin/scrapy
echo /opt/python/lib >"$root/etc/ld.so.conf.d/python.conf"

# Nothing that this machine does when it starts is done there.
rm -rf "$root"/etc/systemd/system/* "$root"/lib/systemd/system/*.target.wants
printf '[Unit]\nDescription=Throw-away machine\nWants=systemd-journald.service\n' >"$root/etc/systemd/system/throwaway.target"

cd "$root"
pivot_root . mnt
umount -l /mnt
ldconfig
exec env -i container=throwaway PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=throwaway.target --show-status=no
