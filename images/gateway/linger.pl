# Main process of a gateway: ends, and the gateway with it, once nothing was carried for a while.
# usage: linger.pl SECONDS
use strict;
use warnings;

# Seconds between two looks: an end that comes so much late harms nobody.
use constant LOOK_EVERY => 15;

my $most  = $ARGV[0] // 300;
my $every = $most < LOOK_EVERY ? $most : LOOK_EVERY;
my $idle  = 0;
# The first process of a container hears only the signals that it asks for.
$SIG{TERM} = sub { exit 0 };

while ($idle < $most) {
    sleep $every;
    opendir(my $processes, '/proc') or die "proc: $!";
    my $others = grep { /^\d+$/ && $_ != $$ } readdir $processes;
    closedir $processes;
    $idle = $others ? 0 : $idle + $every;
}
