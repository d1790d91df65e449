# Carries one connection between standard input and output and a port of this network namespace.
# usage: connect.pl PORT ADDRESS...
#
# Both ways in frames: four bytes of length, the highest first, and so many bytes. A frame without
# bytes says that this side sends no more. The first frame out says "open", or why not. The end of
# standard input hangs up at once; the end of standard output without a last frame says that the
# connection broke.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket qw(AF_INET AF_INET6 SHUT_WR SOCK_STREAM inet_pton pack_sockaddr_in pack_sockaddr_in6);

# Bytes read at once, and so the most that waits in one direction.
use constant CHUNK => 65_536;
# Seconds until a port counts as silent: connecting within one machine takes none, or its queue is full.
use constant PATIENCE => 10;
# Seconds that a server may leave its input unread. While something waits, standard input is not read
# and a hang-up not heard: without an end, connections would stay for ever.
use constant STALL => 60;

$SIG{PIPE} = 'IGNORE';
my ($port, @addresses) = @ARGV;
my $server;

sub frame { return pack('N', length $_[0]) . $_[0] }

sub refuse {
    syswrite STDOUT, frame($_[0]) . frame('');
    exit 3;
}

sub connected {
    my ($address) = @_;
    my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
    my $packed = inet_pton($family, $address) // return 0;
    socket($server, $family, SOCK_STREAM, 0) or return 0;
    my $place = $family == AF_INET ? pack_sockaddr_in($port, $packed) : pack_sockaddr_in6($port, $packed);
    return connect($server, $place);
}

$SIG{ALRM} = sub { refuse('silent') };
alarm PATIENCE;
my $open = 0;
for my $address (@addresses) {
    $open = connected($address) and last;
}
alarm 0;
refuse('closed') unless $open;

for my $handle (\*STDIN, \*STDOUT, $server) {
    fcntl($handle, F_SETFL, fcntl($handle, F_GETFL, 0) | O_NONBLOCK) or die "fcntl: $!";
}

my $to_server = '';
my $to_client = frame('open');
my ($header, $payload) = ('', 0);
my ($client_done, $told_server, $server_done) = (0, 0, 0);
my $moved_at = time;

# Takes the frames of standard input apart.
sub unpack_input {
    my ($bytes) = @_;
    my $at = 0;
    while ($at < length $bytes) {
        if ($payload) {
            my $part = substr $bytes, $at, $payload;
            $to_server .= $part;
            $at += length $part;
            $payload -= length $part;
            next;
        }
        my $part = substr $bytes, $at, 4 - length $header;
        $header .= $part;
        $at += length $part;
        next if length $header < 4;
        $payload = unpack 'N', $header;
        $header  = '';
        $client_done = 1 unless $payload;
    }
}

sub passing { return $!{EAGAIN} || $!{EINTR} || $!{EWOULDBLOCK} }

until ($told_server && $server_done && $to_client eq '') {
    my ($reads, $writes) = ('', '');
    # Always but while something waits: its end hangs up.
    vec($reads, fileno STDIN, 1) = 1 if $to_server eq '';
    vec($reads, fileno $server, 1) = 1 if !$server_done && $to_client eq '';
    vec($writes, fileno $server, 1) = 1 if $to_server ne '';
    vec($writes, fileno STDOUT, 1) = 1 if $to_client ne '';
    my $ready = select($reads, $writes, undef, $to_server eq '' ? undef : STALL);
    next if $ready < 0 && passing();
    die "select: $!" if $ready < 0;
    exit 4 if time - $moved_at >= STALL && $to_server ne '' && !vec $writes, fileno $server, 1;
    if (vec $reads, fileno STDIN, 1) {
        my $got = sysread STDIN, my $bytes, CHUNK;
        exit 0 if defined $got ? !$got : !passing();
        unpack_input($bytes) if $got;
        $moved_at = time;
    }
    if (vec $reads, fileno $server, 1) {
        my $got = sysread $server, my $bytes, CHUNK;
        exit 4 if !defined $got && !passing();
        $to_client = frame($bytes) if defined $got;
        $server_done = 1 if defined $got && !$got;
    }
    if (vec $writes, fileno $server, 1) {
        my $put = syswrite $server, $to_server;
        exit 4 if !defined $put && !passing();
        substr($to_server, 0, $put, '') if $put;
        $moved_at = time if $put;
    }
    if (vec $writes, fileno STDOUT, 1) {
        my $put = syswrite STDOUT, $to_client;
        exit 0 if !defined $put && !passing();
        substr($to_client, 0, $put, '') if $put;
    }
    if ($client_done && $to_server eq '' && !$told_server) {
        shutdown $server, SHUT_WR;
        $told_server = 1;
    }
}
