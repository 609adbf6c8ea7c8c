# SPDX-License-Identifier: GPL-2.0
# Option tests of the TRIGGER target, in the form of iptables' own extensions:
# a rule, its text in iptables-save ("=": the same), and whether it loads.
# iptables-test.py of the iptables source runs this file as it is. The runner
# in tests/options/ also checks what the plugin says: "# says:" stands in front
# of a line with the message of a refusal, or the warning, that it must print.

:FORWARD

# --- in, and what every type takes
-j TRIGGER --trigger-type in;=;OK
-j TRIGGER --trigger-type IN;-j TRIGGER --trigger-type in;OK
-j TRIGGER --trigger-type in --trigger-name default;-j TRIGGER --trigger-type in;OK
-j TRIGGER --trigger-type in --trigger-name a;=;OK
-j TRIGGER --trigger-type in --trigger-name 2nd_wan-B.0;=;OK
-j TRIGGER --trigger-type in --trigger-name 0123456789abcdefghijABCDEFGHIJ_;=;OK
-j TRIGGER --trigger-name games --trigger-type in;-j TRIGGER --trigger-type in --trigger-name games;OK
# says: --trigger-name "0123456789abcdefghijABCDEFGHIJ_-": is longer than 31 characters
-j TRIGGER --trigger-type in --trigger-name 0123456789abcdefghijABCDEFGHIJ_-;;FAIL
# says: --trigger-name "": must begin with a letter or a digit
-j TRIGGER --trigger-type in --trigger-name "";;FAIL
# says: --trigger-name ".hidden": must begin with a letter or a digit
-j TRIGGER --trigger-type in --trigger-name .hidden;;FAIL
# says: --trigger-name "_x": must begin with a letter or a digit
-j TRIGGER --trigger-type in --trigger-name _x;;FAIL
# says: --trigger-name "-x": must begin with a letter or a digit
-j TRIGGER --trigger-type in --trigger-name -x;;FAIL
# says: --trigger-name "a/b": may contain letters, digits, "_", "." and "-" only
-j TRIGGER --trigger-type in --trigger-name a/b;;FAIL
# says: --trigger-name "two words": may contain letters, digits, "_", "." and "-" only
-j TRIGGER --trigger-type in --trigger-name "two words";;FAIL
# says: --trigger-name "café": may contain letters, digits, "_", "." and "-" only
-j TRIGGER --trigger-type in --trigger-name café;;FAIL
# says: --trigger-type is missing (out, dnat or in)
-j TRIGGER;;FAIL
# says: --trigger-type is missing (out, dnat or in)
-j TRIGGER --trigger-relate tcp:113;;FAIL
# says: --trigger-type "both": must be one of: out, dnat, in
-j TRIGGER --trigger-type both;;FAIL
# says: --trigger-type "": must be one of: out, dnat, in
-j TRIGGER --trigger-type "";;FAIL
# says: option "--trigger-type" requires an argument
-j TRIGGER --trigger-type;;FAIL
# says: option "--trigger-type" can only be used once
-j TRIGGER --trigger-type in --trigger-type in;;FAIL
# says: option "--trigger-type" cannot be inverted
-j TRIGGER ! --trigger-type in;;FAIL
# says: unknown option "--trigger-port"
-j TRIGGER --trigger-type in --trigger-port 113;;FAIL

# --- --trigger-relate
-j TRIGGER --trigger-type out --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-relate udp:5000-6000;=;OK
-j TRIGGER --trigger-type out --trigger-relate sctp:9899;=;OK
-j TRIGGER --trigger-type out --trigger-relate all:2000-2010;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113-114;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:1-65535;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:1,udp:65535;=;OK
-j TRIGGER --trigger-type out --trigger-relate TCP:113,Udp:5000,ALL:7;-j TRIGGER --trigger-type out --trigger-relate tcp:113,udp:5000,all:7;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113:120;-j TRIGGER --trigger-type out --trigger-relate tcp:113-120;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113-113;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:00113;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:auth;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:ftp-data;-j TRIGGER --trigger-type out --trigger-relate tcp:20;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:20,tcp:10,udp:20,sctp:20;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:10-20,tcp:21,tcp:9;=;OK
-j TRIGGER --trigger-type out --trigger-relate all:10-20,sctp:10-20;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:1,tcp:3,tcp:5,tcp:7,tcp:9,tcp:11,tcp:13,tcp:15,tcp:17,tcp:19,tcp:21,tcp:23,tcp:25,tcp:27,tcp:29;=;OK
# says: --trigger-relate "tcp:1,tcp:3,tcp:5,tcp:7,tcp:9,tcp:11,tcp:13,tcp:15,tcp:17,tcp:19,tcp:21,tcp:23,tcp:25,tcp:27,tcp:29,tcp:31": has more than 15 items
-j TRIGGER --trigger-type out --trigger-relate tcp:1,tcp:3,tcp:5,tcp:7,tcp:9,tcp:11,tcp:13,tcp:15,tcp:17,tcp:19,tcp:21,tcp:23,tcp:25,tcp:27,tcp:29,tcp:31;;FAIL
# says: --trigger-relate is missing (--trigger-type out needs it)
-j TRIGGER --trigger-type out;;FAIL
# says: --trigger-relate is missing (--trigger-type out needs it)
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-match 6667;;FAIL
# says: --trigger-relate "tcp:0": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:0;;FAIL
# says: --trigger-relate "tcp:0-10": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:0-10;;FAIL
# says: --trigger-relate "tcp:65536": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:65536;;FAIL
# says: --trigger-relate "tcp:1-65536": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:1-65536;;FAIL
# says: --trigger-relate "tcp:4294967409": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:4294967409;;FAIL
# says: --trigger-relate "tcp:113-100": the range runs backwards
-j TRIGGER --trigger-type out --trigger-relate tcp:113-100;;FAIL
# says: --trigger-relate "113-100": the range runs backwards
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-relate 113-100;;FAIL
# says: --trigger-relate "6:5": the range runs backwards
-j TRIGGER --trigger-type out --trigger-relate 6:5;;FAIL
# says: --trigger-relate "icmp:8": the protocol must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-relate icmp:8;;FAIL
# says: --trigger-relate ":113": the protocol must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-relate :113;;FAIL
# says: --trigger-relate "tcp:": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:;;FAIL
# says: --trigger-relate "tcp:113-": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:113-;;FAIL
# says: --trigger-relate "tcp:-113": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:-113;;FAIL
# says: --trigger-relate "tcp:113x": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:113x;;FAIL
# says: --trigger-relate "tcp:0x71": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:0x71;;FAIL
# says: --trigger-relate "tcp:1-2-3": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:1-2-3;;FAIL
# says: --trigger-relate "tcp: 113": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate "tcp: 113";;FAIL
# says: --trigger-relate "tcp:no-such-service": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:no-such-service;;FAIL
# says: --trigger-relate "": has an empty item
-j TRIGGER --trigger-type out --trigger-relate "";;FAIL
# says: --trigger-relate "tcp:1,": has an empty item
-j TRIGGER --trigger-type out --trigger-relate tcp:1,;;FAIL
# says: --trigger-relate "tcp:1,,tcp:2": has an empty item
-j TRIGGER --trigger-type out --trigger-relate tcp:1,,tcp:2;;FAIL
# says: --trigger-relate "tcp:20": overlaps with tcp:10-20
-j TRIGGER --trigger-type out --trigger-relate tcp:10-20,tcp:20;;FAIL
# says: --trigger-relate "tcp:113": overlaps with tcp:113
-j TRIGGER --trigger-type out --trigger-relate tcp:113,tcp:113;;FAIL
# says: --trigger-relate "udp:15": overlaps with all:10-20
-j TRIGGER --trigger-type out --trigger-relate all:10-20,udp:15;;FAIL
# says: --trigger-relate "all:1-100": overlaps with tcp:50-60
-j TRIGGER --trigger-type out --trigger-relate tcp:50-60,all:1-100;;FAIL
# says: --trigger-relate "tcp:113": overlaps with tcp:100-120
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-relate 100-120,tcp:113;;FAIL
# says: option "--trigger-relate" can only be used once
-j TRIGGER --trigger-type out --trigger-relate tcp:1 --trigger-relate tcp:2;;FAIL

# --- --trigger-proto and --trigger-rproto: output writes it with each item
-j TRIGGER --trigger-type out --trigger-relate 113;-j TRIGGER --trigger-type out --trigger-relate all:113;OK
-j TRIGGER --trigger-type out --trigger-relate 113-113,udp:5000,7:9;-j TRIGGER --trigger-type out --trigger-relate all:113,udp:5000,all:7-9;OK
-j TRIGGER --trigger-type out --trigger-rproto tcp --trigger-relate 113;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate 113,udp:5000 --trigger-rproto ALL;-j TRIGGER --trigger-type out --trigger-relate all:113,udp:5000;OK
# says: --trigger-rproto "icmp": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-rproto icmp --trigger-relate 113;;FAIL
# says: "--trigger-rproto" cannot be used together with "--trigger-proto"
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-rproto tcp --trigger-relate 113;;FAIL
# says: option "--trigger-rproto" can only be used once
-j TRIGGER --trigger-type out --trigger-rproto tcp --trigger-rproto tcp --trigger-relate 113;;FAIL
# says: --trigger-relate "udp:113": overlaps with all:113
-j TRIGGER --trigger-type out --trigger-relate 113,udp:113;;FAIL
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-relate 113;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate 113-120 --trigger-proto UDP;-j TRIGGER --trigger-type out --trigger-relate udp:113-120;OK
-j TRIGGER --trigger-type out --trigger-proto sctp --trigger-relate 113:120;-j TRIGGER --trigger-type out --trigger-relate sctp:113-120;OK
-j TRIGGER --trigger-type out --trigger-proto all --trigger-relate 113,120-125;-j TRIGGER --trigger-type out --trigger-relate all:113,all:120-125;OK
# says: --trigger-relate "auth-120": is no port, no range of ports and no service's name (protocol udp)
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-relate 113,auth-120;;FAIL
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-relate 113,tcp:113,sctp:1;-j TRIGGER --trigger-type out --trigger-relate udp:113,tcp:113,sctp:1;OK
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-relate tcp:113;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
# says: --trigger-proto "icmp": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-proto icmp --trigger-relate 113;;FAIL
# says: --trigger-proto "6": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-proto 6 --trigger-relate 113;;FAIL
# says: --trigger-proto "": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-proto "" --trigger-relate 113;;FAIL

# --- services' names: of the item's protocol, or of the one for items that name none
-j TRIGGER --trigger-type out --trigger-relate biff --trigger-proto udp;-j TRIGGER --trigger-type out --trigger-relate udp:512;OK
-j TRIGGER --trigger-type out --trigger-relate auth --trigger-rproto tcp;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate auth,udp:biff;-j TRIGGER --trigger-type out --trigger-relate all:113,udp:512;OK
-j TRIGGER --trigger-type out --trigger-relate all:biff;-j TRIGGER --trigger-type out --trigger-relate all:512;OK
-j TRIGGER --trigger-type out --trigger-match auth,biff,udp:biff,all:biff --trigger-relate tcp:1;-j TRIGGER --trigger-type out --trigger-match 113,512,udp:512,all:512 --trigger-relate tcp:1;OK
-j TRIGGER --trigger-type out --trigger-match biff --trigger-mproto udp --trigger-relate tcp:1;-j TRIGGER --trigger-type out --trigger-match udp:512 --trigger-relate tcp:1;OK
# says: --trigger-relate "tcp:biff": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate tcp:biff;;FAIL
# says: --trigger-relate "biff": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-relate biff;;FAIL
# says: --trigger-relate "biff": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-relate biff --trigger-proto tcp;;FAIL
# says: --trigger-relate "auth": is no port, no range of ports and no service's name (protocol sctp)
-j TRIGGER --trigger-type out --trigger-relate auth --trigger-rproto sctp;;FAIL
# says: --trigger-match "tcp:biff": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-match tcp:biff --trigger-relate tcp:1;;FAIL
# says: --trigger-match "biff": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-match biff --trigger-mproto tcp --trigger-relate tcp:1;;FAIL
# says: --trigger-match "nbp": is no port, no range of ports and no service's name
-j TRIGGER --trigger-type out --trigger-match nbp --trigger-relate tcp:1;;FAIL

# --- --trigger-match
-j TRIGGER --trigger-type out --trigger-match 6667 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match 1-65535 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match 1,65535 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-match 7000,6660:6669,21-21,auth;-j TRIGGER --trigger-type out --trigger-match 7000,6660-6669,21,113 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-match 10-20,15 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15-20 --trigger-relate tcp:113;=;OK
# says: --trigger-match "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16": has more than 15 items
-j TRIGGER --trigger-type out --trigger-match 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 --trigger-relate tcp:113;;FAIL
# says: --trigger-match "0": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-match 0 --trigger-relate tcp:113;;FAIL
# says: --trigger-match "65536": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-match 65536 --trigger-relate tcp:113;;FAIL
# says: --trigger-match "6669-6660": the range runs backwards
-j TRIGGER --trigger-type out --trigger-match 6669-6660 --trigger-relate tcp:113;;FAIL
# says: --trigger-match "": has an empty item
-j TRIGGER --trigger-type out --trigger-match "" --trigger-relate tcp:113;;FAIL
# says: --trigger-match "6667,": has an empty item
-j TRIGGER --trigger-type out --trigger-match 6667, --trigger-relate tcp:113;;FAIL
# says: --trigger-match "66a": is no port, no range of ports and no service's name
-j TRIGGER --trigger-type out --trigger-match 66a --trigger-relate tcp:113;;FAIL

# --- --trigger-match and --trigger-mproto: protocols that trigger
-j TRIGGER --trigger-type out --trigger-match tcp:6667 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match udp:3000-4000 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match sctp:1-65535 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match all:6667 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match tcp:6667,udp:3000-4000,all:53,21,sctp:9 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match 6667,all:6667,tcp:6667,6660-6669,tcp:6667 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-match TCP:6667-6667,Udp:53:54,ALL:7 --trigger-relate tcp:113;-j TRIGGER --trigger-type out --trigger-match tcp:6667,udp:53-54,all:7 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-match tcp:1,tcp:2,tcp:3,tcp:4,tcp:5,udp:1,udp:2,udp:3,udp:4,udp:5,all:1,all:2,1,2,sctp:65534-65535 --trigger-relate tcp:113;=;OK
-j TRIGGER --trigger-type out --trigger-mproto tcp --trigger-match 6667 --trigger-relate tcp:113;-j TRIGGER --trigger-type out --trigger-match tcp:6667 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-match 6667,udp:53,7:8 --trigger-relate tcp:113 --trigger-mproto TCP;-j TRIGGER --trigger-type out --trigger-match tcp:6667,udp:53,tcp:7-8 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-mproto all --trigger-match 6667 --trigger-relate tcp:113;-j TRIGGER --trigger-type out --trigger-match all:6667 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-mproto sctp --trigger-relate tcp:113;-j TRIGGER --trigger-type out --trigger-match sctp:1-65535 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-mproto all;-j TRIGGER --trigger-type out --trigger-match all:1-65535 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-mproto tcp --trigger-match 554 --trigger-rproto udp --trigger-relate 6970-6999;-j TRIGGER --trigger-type out --trigger-match tcp:554 --trigger-relate udp:6970-6999;OK
# says: --trigger-match "icmp:6667": the protocol must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-match icmp:6667 --trigger-relate tcp:113;;FAIL
# says: --trigger-match "any:6667": the protocol must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-match any:6667 --trigger-relate tcp:113;;FAIL
# says: --trigger-match ":6667": the protocol must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-match :6667 --trigger-relate tcp:113;;FAIL
# says: --trigger-match "tcp:": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type out --trigger-match tcp: --trigger-relate tcp:113;;FAIL
# says: --trigger-match "tcp:0": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-match tcp:0 --trigger-relate tcp:113;;FAIL
# says: --trigger-match "udp:9-8": the range runs backwards
-j TRIGGER --trigger-type out --trigger-match 1,udp:9-8 --trigger-relate tcp:113;;FAIL
# says: --trigger-mproto "icmp": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-mproto icmp --trigger-relate tcp:113;;FAIL
# says: --trigger-mproto "": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type out --trigger-mproto "" --trigger-match 1 --trigger-relate tcp:113;;FAIL
# says: option "--trigger-mproto" can only be used once
-j TRIGGER --trigger-type out --trigger-mproto tcp --trigger-mproto udp --trigger-relate tcp:113;;FAIL
# says: option "--trigger-mproto" cannot be inverted
-j TRIGGER --trigger-type out ! --trigger-mproto tcp --trigger-relate tcp:113;;FAIL

# --- the ports that open in the place of those that trigger, in the form of old firmware
# says: warning: --trigger-match and --trigger-relate are the same ports: only packets to these ports trigger
-p tcp -m tcp --dport 6667 -j TRIGGER --trigger-type out --trigger-proto tcp --trigger-match 113-113 --trigger-relate 113-113;-p tcp -m tcp --dport 6667 -j TRIGGER --trigger-type out --trigger-match 113 --trigger-relate tcp:113;OK
# says: warning: --trigger-match and --trigger-relate are the same ports: only packets to these ports trigger
-j TRIGGER --trigger-type out --trigger-relate 113 --trigger-match 113-113 --trigger-rproto all;-j TRIGGER --trigger-type out --trigger-match 113 --trigger-relate all:113;OK
# says: warning: --trigger-match and --trigger-relate are the same ports: only packets to these ports trigger
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-match 9,1-5,4-8 --trigger-relate 1-9;-j TRIGGER --trigger-type out --trigger-match 9,1-5,4-8 --trigger-relate udp:1-9;OK
# says: warning: --trigger-match and --trigger-relate are the same ports: only packets to these ports trigger
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-match 1-65535 --trigger-relate 40000-65535,1-39999;-j TRIGGER --trigger-type out --trigger-match 1-65535 --trigger-relate udp:40000-65535,udp:1-39999;OK
# nothing to say: other ports, some other ports, a protocol that an item or --trigger-mproto names, and the form of today
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-match 1-5,7-9 --trigger-relate 1-9;-j TRIGGER --trigger-type out --trigger-match 1-5,7-9 --trigger-relate udp:1-9;OK
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-match 1-9 --trigger-relate 2-9;-j TRIGGER --trigger-type out --trigger-match 1-9 --trigger-relate udp:2-9;OK
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-match 1-8 --trigger-relate 1-9;-j TRIGGER --trigger-type out --trigger-match 1-8 --trigger-relate udp:1-9;OK
-j TRIGGER --trigger-type out --trigger-proto udp --trigger-relate 1-9;-j TRIGGER --trigger-type out --trigger-relate udp:1-9;OK
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-match tcp:113 --trigger-relate 113;-j TRIGGER --trigger-type out --trigger-match tcp:113 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-proto tcp --trigger-match 113 --trigger-relate tcp:113;-j TRIGGER --trigger-type out --trigger-match 113 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-mproto tcp --trigger-match 113 --trigger-rproto tcp --trigger-relate 113;-j TRIGGER --trigger-type out --trigger-match tcp:113 --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-match 113 --trigger-relate tcp:113;=;OK

# --- --trigger-timeout: 600, or none with --trigger-session
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 1;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 599;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 600;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 31536000;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 600 --trigger-session;=;OK
# says: --trigger-timeout "0": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 0;;FAIL
# says: --trigger-timeout "31536001": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 31536001;;FAIL
# says: --trigger-timeout "4294967896": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 4294967896;;FAIL
# says: --trigger-timeout "-1": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout -1;;FAIL
# says: --trigger-timeout "10m": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout 10m;;FAIL
# says: --trigger-timeout " 10": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout " 10";;FAIL
# says: --trigger-timeout "": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-timeout "";;FAIL

# --- --trigger-lifetime
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-lifetime 1;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-lifetime 600;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-lifetime 31536000;=;OK
# says: --trigger-lifetime "0": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-lifetime 0;;FAIL
# says: --trigger-lifetime "31536001": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-lifetime 31536001;;FAIL
# says: --trigger-lifetime "1 ": must be a number from 1 to 31536000
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-lifetime "1 ";;FAIL

# --- --trigger-refresh, --trigger-session, --trigger-peer, --trigger-owner
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-refresh both;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-refresh out;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-session;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-peer host;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-peer any;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-owner last;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-owner first;-j TRIGGER --trigger-type out --trigger-relate tcp:113;OK
# says: --trigger-refresh "in": must be one of: out, both
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-refresh in;;FAIL
# says: --trigger-peer "198.51.100.7": must be one of: any, host
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-peer 198.51.100.7;;FAIL
# says: --trigger-owner "lasts": must be one of: first, last
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-owner lasts;;FAIL
# says: option "--trigger-session" can only be used once
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-session --trigger-session;;FAIL

# --- --trigger-max
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-max 1;=;OK
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-max 65535;=;OK
# says: --trigger-max "0": must be a number from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-max 0;;FAIL
# says: --trigger-max "65536": must be a number from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-max 65536;;FAIL
# says: --trigger-max "many": must be a number from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-max many;;FAIL

# --- everything at once, in any order
-j TRIGGER --trigger-max 9 --trigger-owner last --trigger-peer host --trigger-session --trigger-refresh both --trigger-lifetime 90 --trigger-timeout 30 --trigger-proto udp --trigger-relate tcp:113,99 --trigger-match 6667 --trigger-name games --trigger-type out;-j TRIGGER --trigger-type out --trigger-name games --trigger-match 6667 --trigger-relate tcp:113,udp:99 --trigger-timeout 30 --trigger-lifetime 90 --trigger-refresh both --trigger-session --trigger-peer host --trigger-owner last --trigger-max 9;OK

# --- what a type does not take
# says: --trigger-shadow: not with --trigger-type out
-j TRIGGER --trigger-type out --trigger-relate tcp:113 --trigger-shadow;;FAIL
# says: --trigger-shadow: not with --trigger-type in
-j TRIGGER --trigger-type in --trigger-shadow;;FAIL
# says: --trigger-lifetime: not with --trigger-type in
-j TRIGGER --trigger-type in --trigger-lifetime 5;;FAIL
# says: --trigger-refresh: not with --trigger-type in
-j TRIGGER --trigger-type in --trigger-refresh out;;FAIL
# says: --trigger-session: not with --trigger-type in
-j TRIGGER --trigger-session --trigger-type in;;FAIL
# says: --trigger-peer: not with --trigger-type in
-j TRIGGER --trigger-type in --trigger-peer host;;FAIL
# says: --trigger-owner: not with --trigger-type in
-j TRIGGER --trigger-type in --trigger-owner last;;FAIL
# says: --trigger-max: not with --trigger-type in
-j TRIGGER --trigger-type in --trigger-match 6667 --trigger-max 5;;FAIL

# --- what old firmware writes on every rule: checked for form, not kept
# says: warning: ignored with --trigger-type in: --trigger-match --trigger-relate --trigger-proto --trigger-timeout
-j TRIGGER --trigger-type in --trigger-proto tcp --trigger-match 6660-6669 --trigger-relate 113-113 --trigger-timeout 600;-j TRIGGER --trigger-type in;OK
# says: warning: ignored with --trigger-type in: --trigger-match --trigger-mproto --trigger-relate --trigger-rproto
-j TRIGGER --trigger-type in --trigger-mproto tcp --trigger-match 113 --trigger-rproto udp --trigger-relate 113;-j TRIGGER --trigger-type in;OK
# says: warning: ignored with --trigger-type in: --trigger-mproto
-j TRIGGER --trigger-type in --trigger-mproto all;-j TRIGGER --trigger-type in;OK
# says: warning: ignored with --trigger-type in: --trigger-match --trigger-relate --trigger-proto
-j TRIGGER --trigger-match tcp:113 --trigger-relate 113 --trigger-proto tcp --trigger-type in;-j TRIGGER --trigger-type in;OK
# says: warning: ignored with --trigger-type in: --trigger-relate
-j TRIGGER --trigger-type in --trigger-relate 113,113;-j TRIGGER --trigger-type in;OK
# says: --trigger-match "6669-6660": the range runs backwards
-j TRIGGER --trigger-type in --trigger-match 6669-6660;;FAIL
# says: --trigger-relate "113-0": ports go from 1 to 65535
-j TRIGGER --trigger-relate 113-0 --trigger-type in;;FAIL
# says: --trigger-proto "any": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type in --trigger-proto any;;FAIL
# says: --trigger-rproto "any": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type in --trigger-rproto any;;FAIL
# says: --trigger-mproto "6": must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type in --trigger-mproto 6;;FAIL
# says: --trigger-match "icmp:1": the protocol must be one of: tcp, udp, sctp, all
-j TRIGGER --trigger-type in --trigger-match icmp:1;;FAIL
# says: --trigger-relate "biff": is no port, no range of ports and no service's name (protocol tcp)
-j TRIGGER --trigger-type in --trigger-relate biff --trigger-proto tcp;;FAIL
# says: --trigger-timeout "0": must be a number from 1 to 31536000
-j TRIGGER --trigger-type in --trigger-timeout 0;;FAIL

# --- the shapes of firmware rulesets, and of the README
-p tcp -m tcp --dport 6660:6669 -j TRIGGER --trigger-type out --trigger-proto tcp --trigger-match 6660-6669 --trigger-relate 113-113;-p tcp -m tcp --dport 6660:6669 -j TRIGGER --trigger-type out --trigger-match 6660-6669 --trigger-relate tcp:113;OK
-p udp -m udp --dport 3000:4000 -j TRIGGER --trigger-type out --trigger-proto udp --trigger-match 3000-4000 --trigger-relate 5000-6000;-p udp -m udp --dport 3000:4000 -j TRIGGER --trigger-type out --trigger-match 3000-4000 --trigger-relate udp:5000-6000;OK
-i br-lan -o wan -p tcp -j TRIGGER --trigger-type out --trigger-match 6660-6669 --trigger-relate tcp:113 --trigger-session --trigger-peer host;=;OK
-i wan -o br-lan -j TRIGGER --trigger-type in;=;OK

# --- dnat
*nat
:PREROUTING
-j TRIGGER --trigger-type dnat;=;OK
-j TRIGGER --trigger-type DNAT;-j TRIGGER --trigger-type dnat;OK
-i wan -j TRIGGER --trigger-type dnat;=;OK
-j TRIGGER --trigger-type dnat --trigger-name wan2;=;OK
-j TRIGGER --trigger-type dnat --trigger-shadow;=;OK
-j TRIGGER --trigger-shadow --trigger-name wan2 --trigger-type dnat;-j TRIGGER --trigger-type dnat --trigger-name wan2 --trigger-shadow;OK
# says: option "--trigger-shadow" can only be used once
-j TRIGGER --trigger-type dnat --trigger-shadow --trigger-shadow;;FAIL
# says: --trigger-lifetime: not with --trigger-type dnat
-j TRIGGER --trigger-type dnat --trigger-lifetime 5;;FAIL
# says: --trigger-refresh: not with --trigger-type dnat
-j TRIGGER --trigger-type dnat --trigger-refresh both;;FAIL
# says: --trigger-session: not with --trigger-type dnat
-j TRIGGER --trigger-type dnat --trigger-session;;FAIL
# says: --trigger-peer: not with --trigger-type dnat
-j TRIGGER --trigger-type dnat --trigger-peer any;;FAIL
# says: --trigger-owner: not with --trigger-type dnat
-j TRIGGER --trigger-type dnat --trigger-owner first;;FAIL
# says: --trigger-max: not with --trigger-type dnat
-j TRIGGER --trigger-type dnat --trigger-max 5;;FAIL
# says: warning: ignored with --trigger-type dnat: --trigger-match --trigger-relate --trigger-proto --trigger-timeout
-j TRIGGER --trigger-timeout 600 --trigger-relate 5000-6000 --trigger-match 3000-4000 --trigger-proto all --trigger-type dnat;-j TRIGGER --trigger-type dnat;OK
# says: warning: ignored with --trigger-type dnat: --trigger-mproto --trigger-rproto
-j TRIGGER --trigger-type dnat --trigger-rproto tcp --trigger-mproto udp;-j TRIGGER --trigger-type dnat;OK
# says: warning: ignored with --trigger-type dnat: --trigger-timeout
-p tcp -m tcp --dport 5000:6000 -j TRIGGER --trigger-type dnat --trigger-timeout 600;-p tcp -m tcp --dport 5000:6000 -j TRIGGER --trigger-type dnat;OK
# says: --trigger-relate "70000": ports go from 1 to 65535
-j TRIGGER --trigger-type dnat --trigger-relate 70000;;FAIL
# says: --trigger-timeout "soon": must be a number from 1 to 31536000
-j TRIGGER --trigger-type dnat --trigger-timeout soon;;FAIL

# --- raw
*raw
:PREROUTING
# says: warning: --trigger-type out does nothing in the raw table, where no packet has a connection yet
-j TRIGGER --trigger-type out --trigger-relate tcp:113;=;OK
# says: warning: --trigger-type out does nothing in the raw table, where no packet has a connection yet
-i br-lan -j TRIGGER --trigger-relate tcp:114 --trigger-type out;-i br-lan -j TRIGGER --trigger-type out --trigger-relate tcp:114;OK
# says: --trigger-relate "tcp:0": ports go from 1 to 65535
-j TRIGGER --trigger-type out --trigger-relate tcp:0;;FAIL
