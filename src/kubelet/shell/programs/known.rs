//! Which programs an image has, as far as that can be told from outside: a base image has the usual ones and no others.

use super::base_name;

/// Images that bring a shell and the usual programs, and nothing that one would run as a service.
const BASE_IMAGES: [&str; 15] = [
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "bash",
    "busybox",
    "busyboxplus",
    "centos",
    "debian",
    "debian-base",
    "fedora",
    "opensuse",
    "oraclelinux",
    "rockylinux",
    "ubuntu",
];

/// What base images have beside the programs that are interpreted.
const PROGRAMS: &str = "
    addgroup adduser adjtimex apk apt apt-cache apt-get arch arp arping ash awk base32 base64 bash bc blkid bunzip2 bzcat bzip2
    cal chattr chgrp chmod chown chpasswd chroot chrt cksum clear cmp comm cpio crond crontab curl cut dash dc dd df diff
    dmesg dnf dnsdomainname dos2unix dpkg du ed egrep eject expand factor fallocate false fdisk fgrep find flock fold free
    fsck fstrim fsync ftpd ftpget ftpput fuser gawk getopt getty groups gunzip gzip halt hd head hexdump hostid httpd hwclock
    ifconfig ifdown ifup inetd init install ionice iostat ip ipcalc ipcs join kill killall killall5 last less link ln loadfont
    logger login logname logread losetup lsattr lsmod lsof lspci lsusb lzcat lzma makedevs mawk md5sum mdev mesg microdnf
    mkdosfs mke2fs mkfifo mkfs.ext2 mknod mkpasswd mkswap mktemp modprobe more mount mountpoint mpstat nameif nc netstat nice
    nl nmeter nohup nologin nslookup ntpd od openssl openvt passwd paste patch perl pgrep pidof ping ping6 pipe_progress
    pivot_root pkill pmap poweroff powertop printenv ps pscan pstree pwdx rdate readahead readlink realpath reboot renice
    reset resize rev rmmod route rpm rpm2cpio rtcwake run-init run-parts runsv runsvdir sed sendmail setarch setlogcons
    setpriv setsid sh sha1sum sha256sum sha3sum sha512sum shred shuf slattach split ss stat strings stty su sulogin sum svc
    swapoff swapon switch_root sync sysctl syslogd tac tar tcpsvd telnet telnetd tftp tftpd time timeout top tr traceroute
    traceroute6 truncate ts tsort tty ttysize tunctl ubimkvol udhcpc udhcpd udpsvd uevent umount uname unexpand uniq unix2dos
    unlink unlzma unxz unzip uptime users usleep uudecode uuencode vconfig vi vim vlock volname watch watchdog wc wget which
    who whoami whois xargs xxd xz xzcat yes yum zcat zcip zypper
";

/// Whether `image`, as a spec names it, is a base image.
pub fn is_base_image(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    BASE_IMAGES.contains(&last.split(':').next().unwrap_or_default())
}

/// Whether a base image has `program`, be it interpreted or not.
pub fn exists(program: &str) -> bool {
    let name = base_name(program);
    !name.contains('/') && PROGRAMS.split_ascii_whitespace().any(|it| it == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_the_last_part_of_its_name() {
        for (image, want) in [
            ("busybox", true),
            ("busybox:1.37", true),
            ("registry.k8s.io/busybox:1.27.2", true),
            ("localhost:5000/alpine", true),
            ("debian@sha256:12", true),
            ("nginx:alpine", false),
            ("my/app:1", false),
        ] {
            assert_eq!(is_base_image(image), want, "{image}");
        }
    }

    #[test]
    fn a_base_image_has_the_usual_programs() {
        for (program, want) in [("tar", true), ("/bin/tar", true), ("nginx", false), ("/opt/tar", false)] {
            assert_eq!(exists(program), want, "{program}");
        }
    }
}
