# Replaces the program that runs a learner's shell: it takes over the shell's socket, ends the real agent, and
# answers connections as an agent would, without end. usage: forged-holder.pl KIND
use strict;
use warnings;
use Socket;

my ($kind) = @ARGV;
$SIG{PIPE} = 'IGNORE';

# The agent is the parent of the shell, and listens on the socket named in its arguments.
my $shell = getppid;
my $holder = field($shell, 'PPid');
my ($path) = (split /\0/, slurp("/proc/$holder/cmdline"))[1];
exit 1 unless $path && $path =~ m{^/dev/berth/};
exit 0 if fork;
require POSIX;
POSIX::setsid();
$SIG{HUP} = 'IGNORE';
unlink $path or die "unlink: $!";
socket(my $server, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
bind($server, pack_sockaddr_un($path)) or die "bind: $!";
listen($server, 8) or die "listen: $!";
open(my $ready, '>', "$ENV{HOME}/forged-" . substr($path, 11)) or die "ready: $!";
close $ready;
kill 'KILL', $holder;

my %piece = (
    tiny   => "o\0\0\1a" x 13_000,
    titles => message('o', "\e]0;" x 16_000),
    huge   => "o\xff\xff\xff" . 'a' x 65_000,
    heads  => "h\0\0\1a" x 13_000,
);
while (accept(my $client, $server)) {
    next if fork;
    my $hello = '0 0 0 0 100000000000';
    syswrite $client, message('h', $hello) unless $kind eq 'silent';
    if ($kind eq 'silent' || $kind eq 'deaf') { sleep 600 }
    my $piece = $piece{$kind} or die "no such kind";
    while (defined syswrite $client, $piece) { }
    exit 0;
}

sub message { my ($type, $text) = @_; return $type . substr(pack('N', length $text), 1) . $text }
sub slurp { my ($file) = @_; open(my $in, '<', $file) or return ''; local $/; my $text = <$in>; return $text // '' }
sub field { my ($pid, $name) = @_; return slurp("/proc/$pid/status") =~ /^$name:\s+(\d+)/m ? $1 : 0 }
