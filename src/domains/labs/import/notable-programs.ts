/**
 * Programs that scenarios name and no image for imports has: they are reported also where a text only shows
 * them, where most other words are output or another language.
 */
export const NOTABLE_PROGRAMS: ReadonlySet<string> = new Set(
  `docker docker-compose podman buildah skopeo nerdctl ctr crictl
  snap flatpak brew conda dnf yum rpm apk pacman zypper add-apt-repository
  node npm npx yarn pnpm nvm deno bun java javac mvn gradle go cargo rustc ruby gem bundle php composer dotnet pwsh
  g++ clang cmake ninja ansible ansible-playbook ansible-vault ansible-galaxy terraform vault consul nomad packer vagrant
  aws az gcloud eksctl nginx apache2 apachectl apache2ctl httpd caddy haproxy mysql mysqld mysqldump mariadb psql
  postgres mongo mongosh redis-cli redis-server rabbitmqctl kafka-topics.sh sshd vsftpd named slapd ldapsearch
  smbclient nmap tshark wireshark iperf iperf3 nft ufw iptables firewall-cmd auditctl ausearch fail2ban-client
  lvcreate vgcreate pvcreate mdadm cryptsetup zpool smartctl lsmod lspci lsusb htop btop stress stress-ng emacs ftp
  prometheus grafana-server filebeat logstash elasticsearch openvpn wg virsh qemu-system-x86_64 jupyter streamlit`.split(
    /\s+/,
  ),
);
