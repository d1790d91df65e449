# Takes as much as possible of each resource that the kernel counts for several machines together. Holds it
# until /tmp/release exists, and prints how much it took of each. Each taker is a group of processes, because
# one process can open at most 4,096 files.
use strict;
use POSIX ();
use Fcntl;

my %number = (
    x64   => { inotify => 294, watch => 254, aio => 206, queue => 240, queue_end => 241, send => 129,
               shm => 29, shm_end => 31, sem => 64, sem_end => 66, keyctl => 250, unshare => 272, mount => 165,
               epoll => 291, epoll_add => 233 },
    arm64 => { inotify => 26, watch => 27, aio => 0, queue => 180, queue_end => 181, send => 138,
               shm => 194, shm_end => 195, sem => 190, sem_end => 191, keyctl => 219, unshare => 97, mount => 40,
               epoll => 20, epoll_add => 21 },
);
my %call = %{ $number{ $ARGV[0] } };
# The shell that starts this raises soft limits to the hard ones.
my $FILES = 3_900;
my $RELEASE_LIMIT_S = 120;
my (@kept, @children);

sub instance { my $fd = syscall($call{inotify}, 0); $fd < 0 ? undef : $fd }
# Root of its own user namespace, with its own mounts.
sub become_root {
    my %maps = (uid => $>, gid => $) + 0);
    syscall($call{unshare}, 0x1002_0000) == 0 or return;
    write_to('/proc/self/setgroups', 'deny');
    write_to("/proc/self/${_}_map", "0 $maps{$_} 1") for keys %maps;
}
sub write_to { my ($path, $text) = @_; open my $file, '>', $path or return; syswrite $file, $text }
sub many { my ($most, $take) = @_; my $count = 0; $count++ while $count < $most && $take->(); $count }

my %takers = (
    'inotify instances' => [8, sub { many($FILES, sub { defined instance() }) }],
    # Many files with few watches each, because an instance with watches takes milliseconds to end.
    'inotify watches' => [1, sub {
        mkdir '/tmp/watched';
        for my $file (1 .. 10_000) { open my $new, '>', "/tmp/watched/$file" or last }
        my $watches = 0;
        for (1 .. 20) {
            my $fd = instance() // last;
            $watches += many(10_000, sub { my $path = '/tmp/watched/' . ++$kept[0]; syscall($call{watch}, $fd, $path, 0x4) >= 0 });
            $kept[0] = 0;
        }
        $watches;
    }],
    'aio contexts' => [1, sub {
        many(4_096, sub { my $context = pack 'Q', 0; syscall($call{aio}, 1_024, $context) == 0 });
    }],
    'message queues' => [1, sub {
        my $name = 0;
        many(1_000, sub {
            my $path = 'berth-' . $name++ . "\0"; my $attributes = pack 'q8', 0, 10, 8_192, 0, 0, 0, 0, 0;
            syscall($call{queue}, $path, 0102, 0600, $attributes) >= 0 && push @kept, ['queue', $path];
        });
    }],
    'pending signals' => [30, sub {
        my ($index) = @_;
        # Root uses many users, because each has its own limit.
        POSIX::setuid(2_000 + $index) if $> == 0;
        my $set = POSIX::SigSet->new(36); POSIX::sigprocmask(POSIX::SIG_BLOCK(), $set);
        my $info = pack 'l3x4l2x104', 36, 0, -1, $$, $>; my $self = $$ + 0;
        many(100_000, sub { syscall($call{send}, $self, 36, $info) == 0 });
    }],
    'pipes' => [2, sub { many($FILES / 2, sub { pipe my $out, my $in or return; push @kept, $out, $in }) }],
    'terminals' => [2, sub { many($FILES, sub { sysopen my $pty, '/dev/ptmx', O_RDWR | O_NOCTTY or return; push @kept, $pty }) }],
    # A separate terminal file system, without the limit of the machine's.
    'terminals of own mounts' => [10, sub {
        become_root();
        my ($folder, $type, $options) = ("/tmp/terminals-$$", 'devpts', 'newinstance,ptmxmode=0666');
        mkdir $folder;
        syscall($call{mount}, $type, $folder, $type, 0, $options) == 0 or return 0;
        many($FILES, sub { sysopen my $pty, "$folder/ptmx", O_RDWR | O_NOCTTY or return; push @kept, $pty });
    }],
    'open files' => [30, sub { many($FILES, sub { open my $file, '<', '/dev/null' or return; push @kept, $file }) }],
    # Each descriptor of one file counts as a separate watch.
    'epoll watches' => [1, sub {
        pipe my $out, my $in; my $event = pack 'L4', 1, 0, 0, 0; my ($watches, @watched) = 0;
        many($FILES / 2, sub { open my $copy, '<&', $out or return; push @watched, $copy });
        for (1 .. 200) {
            my $fd = syscall($call{epoll}, 0); last if $fd < 0;
            for my $copy (@watched) { my $number = fileno $copy; $watches++ if syscall($call{epoll_add}, $fd, 1, $number, $event) == 0 }
        }
        push @kept, @watched; $watches;
    }],
    # All except a few, which are needed to count the rest.
    'processes' => [1, sub {
        my $count = many(2_000, sub { my $child = fork // return; exec 'sleep', $RELEASE_LIMIT_S if !$child; push @children, $child });
        for (splice @children, 0, 40) { kill 'KILL', $_; waitpid $_, 0 }
        $count;
    }],
    'System V memory' => [1, sub { many(5_000, sub { my $id = syscall($call{shm}, 0, 4_096, 01600); $id >= 0 && push @kept, ['shm', $id] }) }],
    'System V semaphores' => [1, sub { many(33_000, sub { my $id = syscall($call{sem}, 0, 1, 01600); $id >= 0 && push @kept, ['sem', $id] }) }],
    'shared memory' => [1, sub {
        open my $file, '>', '/dev/shm/berth-all' or return 0; my $block = 'x' x 1_048_576;
        many(128, sub { syswrite($file, $block) == length $block });
    }],
    'keyrings' => [1, sub {
        # A link from the user's own keyring keeps each new session keyring.
        many(21_000, sub { my $id = syscall($call{keyctl}, 1, 0); $id > 0 && syscall($call{keyctl}, 8, $id, -4) == 0 });
    }],
);
# Namespaces of each kind, kept by their files. Root of its own user namespace creates them.
my %kinds = (uts => 0x0400_0000, ipc => 0x0800_0000, cgroup => 0x0200_0000, net => 0x4000_0000, mnt => 0x0002_0000, time => 0x80);
for my $kind (keys %kinds) {
    my $path = "/proc/self/ns/$kind" . ($kind eq 'time' ? '_for_children' : '');
    $takers{"$kind namespaces"} = [$kind eq 'uts' ? 27 : 1, sub {
        syscall($call{unshare}, 0x1000_0000);
        many($kind eq 'net' ? 600 : $FILES, sub {
            syscall($call{unshare}, $kinds{$kind}) == 0 or return;
            open my $namespace, '<', $path or return; push @kept, $namespace;
        });
    }];
}
$takers{'user namespaces'} = [1, sub { many(2_000, sub { namespace_of_child(0x1000_0000, 'user') }) }];
$takers{'pid namespaces'} = [1, sub {
    syscall($call{unshare}, 0x1000_0000);
    many(2_000, sub { namespace_of_child(0x2000_0000, 'pid_for_children') });
}];

# A process can own only one of these. It can be kept once a process is in it.
sub namespace_of_child {
    my ($flag, $name) = @_;
    pipe my $ready, my $made; pipe my $wait, my $end;
    my $child = fork // return;
    if (!$child) {
        close $end;
        my $is_made = syscall($call{unshare}, $flag) == 0 && ($name eq 'user' || defined fork);
        syswrite $made, $is_made ? 'y' : 'n'; sysread $wait, my $byte, 1; POSIX::_exit(0);
    }
    close $wait; sysread $ready, my $is_made, 1;
    my $kept = $is_made eq 'y' && open my $namespace, '<', "/proc/$child/ns/$name";
    push @kept, $namespace if $kept;
    close $end; waitpid $child, 0; $kept;
}

sub end_kept {
    kill 'KILL', @children;
    ref eq 'ARRAY' and syscall($call{"$_->[0]_end"}, $_->[1], 0, 0) for @kept;
    unlink '/dev/shm/berth-all', glob '/tmp/watched/*';
    rmdir '/tmp/watched';
}

# Last what the others need: user namespaces, then processes.
sub turn { my ($name) = @_; $name eq 'processes' ? 3 : $name eq 'user namespaces' ? 2 : $name =~ /namespaces/ ? 1 : 0 }

unlink '/tmp/release', '/tmp/taken';
my (@results, %taken);
for my $name (grep { my $n = $_; grep { index($n, $_) >= 0 } @ARGV[1 .. $#ARGV] or @ARGV < 2 } sort { turn($a) <=> turn($b) || $a cmp $b } keys %takers) {
    my ($processes, $take) = @{ $takers{$name} };
    pipe my $from, my $to;
    for my $index (1 .. $processes) {
        my $child = fork // last;
        next if $child;
        close $from;
        my $count = $take->($index) || 0;
        syswrite $to, "$count\n"; close $to;
        my $until = time + $RELEASE_LIMIT_S;
        select undef, undef, undef, 0.1 until -e '/tmp/release' || time > $until;
        end_kept(); POSIX::_exit(0);
    }
    close $to;
    $taken{$name} = 0;
    $taken{$name} += $_ while defined($_ = <$from>);
}
open my $file, '>', '/tmp/taken.new'; print $file "$_: $taken{$_}\n" for sort keys %taken; close $file;
rename '/tmp/taken.new', '/tmp/taken';
1 while wait > 0;
