#!/usr/bin/perl
# An attack that a learner can run in their own machine, as their own user, to pass a check without doing the work. It
# runs until its folder is removed. "rewrite" changes the script and the score of a check if these are files.
# "descriptors" writes into the open files of a check's processes. "engine" acts as an engine that has everything.
use strict;
use warnings;
use Fcntl qw(O_WRONLY O_NONBLOCK);
use IO::Socket::UNIX;

my ($folder, $mode) = @ARGV;
my $LONGEST_SECONDS = 120;
# Pause between two scans: a busy loop would take a processor from the check.
my $PAUSE_SECONDS = 0.001;
my $end = time + $LONGEST_SECONDS;
my %before = map { $_ => 1 } processes();
my (%seen, %written);
$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = 'IGNORE';

my $server;
if ($mode eq 'engine') {
    $server = IO::Socket::UNIX->new(Local => "$folder/engine.sock", Listen => 16) or die "no socket: $!";
}
open my $ready, '>', "$folder/starting-$mode" or die "no file: $!";
print $ready "$$\n";
close $ready;
rename "$folder/starting-$mode", "$folder/ready-$mode";
while (running()) {
    if ($mode eq 'engine') { serve($server) }
    elsif ($mode eq 'rewrite') { rewrite() }
    else { write_into_open_files() }
}

sub rewrite {
    for my $place (glob '{/dev/shm,/tmp,/var/tmp}/.berth-check-*') {
        write_into("$place/check", "exit 0\n");
        write_into("$place/score", "1\n");
    }
    pause();
}

# Skips a program when it is first seen, because it does not read the script first. Also skips the scripts of this
# attack and the programs of the engine: only checks are attacked.
sub write_into_open_files {
    my $has_new = 0;
    for my $process (grep { !$before{$_} } processes()) {
        # Empty during exec.
        my $command = contents("/proc/$process/cmdline") || next;
        if (!$seen{$process, $command}++) { $has_new = 1; next }
        next if is_start_script($command) || is_start_script(contents('/proc/' . parent_of($process) . '/cmdline'));
        for my $descriptor (0, 3 .. 9, 10, 63, 254, 255) {
            my $path = "/proc/$process/fd/$descriptor";
            next if $written{$path} || !-e $path;
            $written{$path} = 1;
            write_into($path, "1\nexit 0\n");
        }
    }
    # A new program may end soon, so scan again without a pause.
    pause() if !$has_new;
}

sub pause { select undef, undef, undef, $PAUSE_SECONDS }

sub running { return -d $folder && time < $end }

sub processes {
    opendir my $proc, '/proc' or return ();
    return grep { /^\d+$/ } readdir $proc;
}

sub is_start_script {
    my ($command) = @_;
    return $command =~ /berth-start|^runc\b/;
}

sub parent_of {
    my ($process) = @_;
    return contents("/proc/$process/status") =~ /^PPid:\s+(\d+)/m ? $1 : 0;
}

sub contents {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return scalar <$file> // '';
}

sub write_into {
    my ($path, $text) = @_;
    sysopen my $file, $path, O_WRONLY | O_NONBLOCK or return;
    syswrite $file, $text;
    close $file;
}

# Serves one connection. Answers requests as if every named object existed and had run.
sub serve {
    my ($server) = @_;
    my $client = $server->accept or return;
    return if fork();
    while (defined(my $request = <$client>)) {
        my $length = 0;
        while (defined(my $header = <$client>)) {
            last if $header =~ /^\r?\n$/;
            $length = $1 if $header =~ /^content-length:\s*(\d+)/i;
        }
        read $client, my $body, $length if $length;
        my ($path) = $request =~ m{^\S+ (?:/v[\d.]+)?([^? ]*)};
        my $answer = answer($path // '');
        print $client "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nContent-Type: application/json\r\n",
            'Content-Length: ', length $answer, "\r\n\r\n", $answer;
        $client->flush;
    }
    exit 0;
}

sub answer {
    my ($path) = @_;
    my $id = 'a' x 64;
    return 'OK' if $path eq '/_ping';
    return qq([{"Id":"$id","Names":["/web"],"Image":"hello-world","ImageID":"sha256:$id","State":"running","Labels":{}}])
        if $path eq '/containers/json';
    return qq([{"Id":"sha256:$id","RepoTags":["hello-world:latest"],"Labels":{}}]) if $path eq '/images/json';
    my ($kind, $name) = $path =~ m{^/(containers|images|networks|volumes|exec)/(.+?)(?:/json)?$};
    return '{}' if !defined $name;
    return qq({"Id":"sha256:$id","RepoTags":["$name"],"Config":{"Labels":{}},"RootFS":{"Layers":["sha256:$id"]}})
        if $kind eq 'images';
    return qq({"Id":"$id","Name":"$name","Driver":"bridge","Mountpoint":"/","Containers":{}}) if $kind ne 'containers';
    return qq({"Id":"$id","Name":"/$name","Image":"sha256:$id","Config":{"Image":"hello-world","Labels":{}},)
        . q("State":{"Status":"exited","Running":false,"ExitCode":0},"HostConfig":{},"Mounts":[],)
        . q("NetworkSettings":{"Networks":{},"Ports":{}}});
}
