# Uses one of each resource that the kernel counts for several machines together. Prints one line for each
# that it cannot get: a name and the number of the error. Prints an end line, so that a script that dies does
# not look like a success.
use strict;
use POSIX ();
use Fcntl;

my %number = (
    x64   => { inotify => 294, watch => 254, aio => 206, aio_end => 207, queue => 240, queue_end => 241, send => 129,
               shm => 29, shm_end => 31, sem => 64, sem_end => 66, timer => 222, unshare => 272,
               epoll => 291, epoll_add => 233, key => 248 },
    arm64 => { inotify => 26, watch => 27, aio => 0, aio_end => 1, queue => 180, queue_end => 181, send => 138,
               shm => 194, shm_end => 195, sem => 190, sem_end => 191, timer => 107, unshare => 97,
               epoll => 20, epoll_add => 21, key => 217 },
);
my %call = %{ $number{ $ARGV[0] } };
my $queue = "berth-one-$$\0";
my $PIPE_CAPACITY = 65_536;

sub removed { my ($end, $id) = @_; $id >= 0 && syscall($call{$end}, $id, 0, 0) == 0 }

my %uses = (
    'inotify instances' => sub { syscall($call{inotify}, 0) >= 0 },
    'inotify watches' => sub { my $path = '/usr/bin/perl'; my $fd = syscall($call{inotify}, 0); $fd < 0 || syscall($call{watch}, $fd, $path, 0x4) >= 0 },
    'aio contexts' => sub { my $context = pack 'Q', 0; syscall($call{aio}, 16, $context) == 0 && syscall($call{aio_end}, unpack 'Q', $context) == 0 },
    'message queues' => sub { my $attributes = pack 'q8', 0, 10, 8_192, 0, 0, 0, 0, 0; syscall($call{queue}, $queue, 0102, 0600, $attributes) >= 0 && syscall($call{queue_end}, $queue) == 0 },
    'pending signals' => sub {
        my $set = POSIX::SigSet->new(36); POSIX::sigprocmask(POSIX::SIG_BLOCK(), $set);
        my $info = pack 'l3x4l2x104', 36, 0, -1, $$, $>; my $self = $$ + 0;
        syscall($call{send}, $self, 36, $info) == 0;
    },
    'timers' => sub { my $timer = pack 'q', 0; syscall($call{timer}, 1, 0, $timer) == 0 },
    'pipes' => sub { pipe my $out, my $in or return; $PIPE_CAPACITY == fcntl $in, 1_032, 0 },
    'terminals' => sub { sysopen my $pty, '/dev/ptmx', O_RDWR | O_NOCTTY },
    'open files' => sub { open my $file, '<', '/dev/null' },
    'epoll watches' => sub {
        pipe my $out, my $in or return; my $event = pack 'L4', 1, 0, 0, 0; my $number = fileno $out;
        my $fd = syscall($call{epoll}, 0); $fd >= 0 && syscall($call{epoll_add}, $fd, 1, $number, $event) == 0;
    },
    'System V memory' => sub { removed('shm_end', syscall($call{shm}, 0, 4_096, 01600)) },
    'System V semaphores' => sub { removed('sem_end', syscall($call{sem}, 0, 1, 01600)) },
    'shared memory' => sub { open my $file, '>', "/dev/shm/berth-one-$$" or return; my $wrote = syswrite $file, 'x' x 65_536; unlink "/dev/shm/berth-one-$$"; $wrote == 65_536 },
    'processes' => sub { my $child = fork; POSIX::_exit(0) if defined $child && !$child; defined $child && waitpid($child, 0) > 0 },
);
# A key of the process, removed with it.
$uses{'keys'} = sub { my ($type, $name, $value) = ('user', "berth-one-$$", 'x'); syscall($call{key}, $type, $name, $value, 1, -2) >= 0 } if $ARGV[1] eq 'host';
# Only the host's root creates namespaces of each kind, as an engine does for each machine.
my %kinds = (user => 0x1000_0000, uts => 0x0400_0000, ipc => 0x0800_0000, cgroup => 0x0200_0000, net => 0x4000_0000, mnt => 0x0002_0000, pid => 0x2000_0000, time => 0x80);
if ($ARGV[1] eq 'host') {
    for my $kind (keys %kinds) {
        $uses{"$kind namespaces"} = sub {
            my $child = fork // return;
            if (!$child) { my $made = syscall($call{unshare}, $kinds{$kind}); POSIX::_exit($made == 0 ? 0 : $! + 0) }
            waitpid $child, 0; $! = $? >> 8; $? == 0;
        };
    }
}
for my $name (sort keys %uses) { $! = 0; print "$name: ", $! + 0, "\n" unless $uses{$name}->() }
print "all were tried\n";
