import { addressSet, parseAddress } from '../base/ip.ts';

/**
 * Which addresses may be dialled at all. An edge that can be talked into calling its own cloud's metadata service, or a
 * neighbour on the private network, is a hole; so everything that is not a public address has to be on the list.
 */
const special = addressSet([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local; 169.254.169.254 and .170.2 hand out cloud credentials
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '::/96', // unspecified, loopback, and IPv4 addresses in a disguise long given up
  '64:ff9b::/96', // NAT64: an IPv4 address in disguise
  '64:ff9b:1::/48', // NAT64 of a network's own
  '100::/64', // discard
  '2001::/23', // protocol assignments, Teredo among them
  '2002::/16', // 6to4: likewise
  'fc00::/7', // unique local; fd00:ec2::254 is the metadata service
  'fe80::/10', // link-local
  'ff00::/8', // multicast
]).set;

/** A test for one origin. `allow` lists blocks beyond public addresses; texts were checked when the document was read. */
export function dialList(allow: readonly string[]): (address: string) => boolean {
  const listed = addressSet(allow).set;
  return (text) => {
    const address = parseAddress(text);
    return address !== null && (listed.has(address) || !special.has(address));
  };
}
