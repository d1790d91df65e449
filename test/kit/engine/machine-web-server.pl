# A web server for tests, in the Perl that every Debian machine has. usage: machine-web-server.pl PORT
use strict;
use warnings;
use Socket;

my ($port) = @ARGV;
$SIG{CHLD} = $SIG{PIPE} = 'IGNORE';
socket(my $server, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1);
bind($server, pack_sockaddr_in($port, INADDR_LOOPBACK)) or die "bind: $!";
listen($server, 128) or die "listen: $!";
open(my $ready, '>', "/tmp/web-$port.ready") or die "ready: $!";

my $connections = 0;
while (accept(my $client, $server)) {
    $connections += 1;
    next if fork;
    select $client;
    $| = 1;
    serve($client);
    exit 0;
}

sub serve {
    my ($client) = @_;
    my $buffer = '';
    while (1) {
        until ($buffer =~ /\r\n\r\n/) { sysread($client, $buffer, 65536, length $buffer) or return }
        $buffer =~ s/^(.*?\r\n\r\n)//s;
        my $head = $1;
        my ($method, $path) = $head =~ /^(\S+) (\S+)/;
        my ($length) = $head =~ /\nContent-Length: *(\d+)/i;
        my $body = '';
        if ($path eq '/count') { $body = count($client, \$buffer, $head, $length) }
        elsif ($length) {
            while (length $buffer < $length) { sysread($client, $buffer, 65536, length $buffer) or return }
            $body = substr $buffer, 0, $length, '';
        }
        answer($client, $method, $path, $head, $body) or return;
    }
}

# Size of a body that is too large to keep.
sub count {
    my ($client, $buffer, $head, $length) = @_;
    if ($head =~ /\nTransfer-Encoding: *chunked/i) {
        my $raw = $$buffer;
        until ($raw =~ /\r\n0\r\n\r\n$|^0\r\n\r\n$/) { sysread($client, $raw, 65536, length $raw) or return 0 }
        my $sum = 0;
        while ($raw =~ s/^([0-9a-f]+)\r\n//i) { my $n = hex $1; $sum += $n; substr($raw, 0, $n + 2) = '' }
        $$buffer = '';
        return $sum;
    }
    my $sum = length $$buffer;
    $$buffer = '';
    while ($sum < ($length // 0)) { $sum += sysread($client, my $part, 65536) || return $sum }
    return $sum;
}

sub plain { my ($text) = @_; print "HTTP/1.1 200 OK\r\nContent-Length: ", length $text, "\r\n\r\n$text"; return 1 }

sub answer {
    my ($client, $method, $path, $head, $body) = @_;
    return plain("$head$body") if $path =~ m{^/echo};
    return plain($body) if $path eq '/count';
    return plain("connection $connections") if $path eq '/connection';
    if ($method eq 'HEAD') { print "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"; return 1 }
    if ($path eq '/') {
        my $page = "<!doctype html><title>Machine</title><h1>Hello from the machine</h1><pre id=ws>no socket</pre>"
          . "<script>const s = new WebSocket(location.origin.replace('http', 'ws') + '/ws');"
          . "s.onopen = () => s.send('from the page'); s.onmessage = (e) => { document.getElementById('ws').textContent = e.data };"
          . "</script><pre id=head>" . $head . "</pre>";
        print "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ", length $page, "\r\n\r\n$page";
        return 1;
    }
    if ($path eq '/headers') {
        print "HTTP/1.1 201 Made\r\nSet-Cookie: own=1; Domain=preview.localhost; Path=/\r\nSet-Cookie: berth-preview=x\r\n",
          "Set-Cookie: two=2; HttpOnly\r\nClear-Site-Data: \"cookies\"\r\nX-Own: a\r\nX-Own: b\r\nConnection: X-Gone\r\nX-Gone: 1\r\n",
          "Content-Security-Policy: default-src 'self'\r\nContent-Length: 2\r\n\r\nok";
        return 1;
    }
    if ($path eq '/until-close') { print "HTTP/1.0 200 OK\r\n\r\nall of it"; return 0 }
    if ($path eq '/events') {
        print "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        for my $n (1 .. 1000) { my $e = "data: $n\n\n"; printf "%x\r\n%s\r\n", length $e, $e or return 0; sleep 1 }
        return 0;
    }
    if ($path =~ m{^/large/(\d+)$}) {
        my $left = $1 * 1048576;
        print "HTTP/1.1 200 OK\r\nContent-Length: $left\r\n\r\n";
        my $block = 'x' x 65536;
        while ($left) { $left -= syswrite($client, $block) // return 0 }
        return 1;
    }
    if ($path eq '/slow-head') { sleep 2; return plain('slow') }
    if ($path eq '/not-http') { print "SSH-2.0-OpenSSH\r\n"; return 0 }
    if ($path eq '/bad-status') { print "HTTP/1.1 20 what\r\n\r\n"; return 0 }
    if ($path eq '/two-lengths') { print "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"; return 0 }
    if ($path eq '/endless-head') { print "HTTP/1.1 200 OK\r\n"; while (print "X-More: ", 'y' x 1000, "\r\n") { } return 0 }
    if ($path eq '/more-than-said') { print "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"; return 1 }
    if ($path eq '/cut') { print "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"; return 0 }
    if ($path eq '/unasked-switch') { print "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"; sleep 5; return 0 }
    if ($path =~ m{^/raw/([0-9a-f]+)$}) { print pack('H*', $1); return 0 }
    if ($path =~ m{^/ws}) { return websocket($client, $head) }
    print "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot there";
    return 1;
}

# Echoes each text, with the request's head before the first.
sub websocket {
    my ($client, $head) = @_;
    my ($key) = $head =~ /\nSec-WebSocket-Key: *(\S+)/i;
    if (!$key) { print "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 3\r\n\r\nno\n"; return 1 }
    my $hash = `printf %s '${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11' | sha1sum`;
    my $accept = base64(pack 'H40', $hash);
    print "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: $accept\r\n\r\n";
    my $answered = 0;
    while (1) {
        my $start = take($client, 2) // return 0;
        my ($first, $second) = unpack 'CC', $start;
        my $length = $second & 127;
        $length = unpack 'n', take($client, 2) // return 0 if $length == 126;
        my @mask = unpack 'C4', take($client, 4) // return 0;
        my $text = $length ? take($client, $length) // return 0 : '';
        my $at = 0;
        $text = join '', map { chr(ord($_) ^ $mask[$at++ % 4]) } split //, $text;
        return 0 if ($first & 15) == 8;
        my $answer = $answered ? $text : "$text\n$head";
        $answered = 1;
        print pack('CCn', 0x81, 126, length $answer) . $answer;
    }
}

sub take {
    my ($client, $length) = @_;
    my $bytes = '';
    while (length $bytes < $length) { sysread($client, $bytes, $length - length $bytes, length $bytes) or return undef }
    return $bytes;
}

sub base64 {
    my ($bytes) = @_;
    my $text = substr pack('u', $bytes), 1;
    chop $text;
    $text =~ tr|` -_|AA-Za-z0-9+/|;
    my $padding = (3 - length($bytes) % 3) % 3;
    $text =~ s/.{$padding}$/'=' x $padding/e if $padding;
    return $text;
}
