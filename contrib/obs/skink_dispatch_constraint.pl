# Asks Skink's allocate hooks from bs_dispatch and bs_repserver. In BSConfig.pm:
#
#   require '/usr/share/skink/skink_dispatch_constraint.pl';
#   our $dispatch_constraint = SkinkAllocate::constraint('/run/skink/allocate.sock', 'abstain');
#
# The second argument is what counts while the server gives no answer: 'abstain' or 'refuse'. The dispatcher has one
# thread, and it waits here: 0.1 seconds at most, and after a wait in vain it does not ask for five seconds.
package SkinkAllocate;

use strict;
use warnings;
use Errno ();
use Socket qw(:DEFAULT SOCK_NONBLOCK SOCK_CLOEXEC);
use Time::HiRes ();

our ($bound, $pause) = (0.1, 5);
# Perl's own is there always; obs-server brings the fast one.
my $json = eval { require JSON::XS } ? 'JSON::XS' : do { require JSON::PP; 'JSON::PP' };

sub constraint {
  my ($path, $on_failure) = @_;
  die("skink: '$on_failure' is neither 'abstain' nor 'refuse'\n") unless $on_failure =~ /^(?:abstain|refuse)$/;
  die("skink: $path is too long for a socket\n") if length($path) > 107;
  my $retry = 0;
  return sub {
    my $answer = Time::HiRes::time() < $retry ? '' : ask($path, @_);
    return $1 eq 'no' ? 0 : 1 if $answer =~ /\A(yes|no|abstain)\b[^\n]*\n\z/;
    $retry = Time::HiRes::time() + $pause if $answer eq '';
    return $on_failure eq 'refuse' ? 0 : 1;
  };
}

# The server's line; nothing where it does not come in time.
sub ask {
  my ($path, $job, $worker, $constraints) = @_;
  my $deadline = Time::HiRes::time() + $bound;
  my %facts = map {ref($job->{$_}) ? () : ($_ => $job->{$_})} keys %$job;
  my $line = eval { $json->new->utf8->encode({'job' => \%facts, 'worker' => $worker, 'constraints' => $constraints}) };
  return '' unless defined($line) && socket(my $s, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return '' unless connect($s, pack_sockaddr_un($path));
  $line .= "\n";
  return '' unless (send($s, $line, MSG_NOSIGNAL) || 0) == length($line);
  my $answer = '';
  while ($answer !~ /\n/ && length($answer) < 4096) {
    my $left = $deadline - Time::HiRes::time();
    vec(my $read = '', fileno($s), 1) = 1;
    return '' unless $left > 0;
    my $ready = select($read, undef, undef, $left);
    next if $ready < 0 && $!{'EINTR'};
    return '' unless $ready > 0 && sysread($s, $answer, 4096, length($answer));
  }
  return $answer;
}

1;
