# The broker of scripts that run the shop apart; they read this file and use its functions. Needs $bin, the folder of
# the built programs, and $folder, where ActiveMQ keeps its data.
#
#   broker_start kafka|activemq   starts one and sets $channel; exits with 69 where something is missing
#   broker_can_die                whether it can be made to fail
#   broker_die                    makes it fail, says how, and lets it come back after a moment
#   broker_end                    ends what was started

broker_kind='' broker_pid='' broker_port='' channel=''

broker_missing() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 69
}

broker_start() {
    broker_kind="$1"
    case "$1" in
    kafka)
        # Each run has topics of its own: a broker that is used again still has those of earlier ones.
        local prefix
        prefix="retail-$(date +%s)-$$-"
        if [ -n "${SKEIN_KAFKA:-}" ]; then
            broker_kind=elsewhere
            channel="kafka://$SKEIN_KAFKA/$prefix"
            return
        fi
        [ -x "$bin/KafkaMock" ] || broker_missing "KafkaMock is not built in $bin; use make demo-kafka"
        coproc BROKER { exec "$bin/KafkaMock" 3; }
        broker_pid=$BROKER_PID
        local servers
        read -r servers <&"${BROKER[0]}" || servers=''
        case "$servers" in
        *:[0-9]*) ;;
        *) broker_missing "KafkaMock does not start: $servers" ;;
        esac
        channel="kafka://$servers/$prefix"
        ;;
    activemq)
        command -v java >/dev/null && [ -e /usr/share/activemq/bin/activemq.jar ] ||
            broker_missing "ActiveMQ is missing; install it (Debian: activemq)"
        broker_free_port
        mkdir -p "$folder/broker/data"
        broker_configure "$(cd "$folder/broker" && pwd)"
        activemq_start
        channel="stomp://127.0.0.1:$broker_port"
        ;;
    esac
}

# A port on which nobody listens.
broker_free_port() {
    local attempt
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        broker_port=$((20000 + ($$ * 13 + attempt * 977 + SECONDS) % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$broker_port") 2>/dev/null; then return; fi
    done
    broker_missing "no free port was found"
}

# broker_configure FOLDER: one connector for STOMP, and every message on disk before it is acknowledged.
broker_configure() {
    cat >"$1/activemq.xml" <<XML
<beans xmlns="http://www.springframework.org/schema/beans"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans
  http://www.springframework.org/schema/beans/spring-beans-2.0.xsd
  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="retail" useJmx="false" dataDirectory="$1/data">
    <persistenceAdapter><kahaDB directory="$1/data/kahadb"/></persistenceAdapter>
    <transportConnectors>
      <transportConnector name="stomp" uri="stomp://127.0.0.1:$broker_port"/>
    </transportConnectors>
  </broker>
</beans>
XML
}

activemq_start() {
    local place
    place="$(cd "$folder/broker" && pwd)"
    java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dactivemq.home=/usr/share/activemq \
        -Dactivemq.base="$place" -Dactivemq.conf="$place" -Dactivemq.data="$place/data" \
        -jar /usr/share/activemq/bin/activemq.jar start "xbean:file:$place/activemq.xml" \
        >>"$folder/broker/broker.log" 2>&1 &
    broker_pid=$!
}

broker_can_die() { [ "$broker_kind" != elsewhere ]; }

# mock COMMAND: the mock obeys, or says what is wrong.
mock() {
    local answer
    printf '%s\n' "$1" >&"${BROKER[1]}"
    read -r answer <&"${BROKER[0]}"
    [ "$answer" = ok ] || printf 'the mock broker: %s: %s\n' "$1" "$answer" >&2
}

# The mock keeps everything in memory, so its brokers are cut off instead: one of three, or all.
broker_die() {
    case "$broker_kind" in
    kafka)
        local which=$((RANDOM % 4))
        [ "$which" -ne 0 ] || which=-1
        broker_fate="the broker ($([ "$which" = -1 ] && echo "all three" || echo "number $which of three") cut off)"
        mock "down $which"
        sleep "$(awk "BEGIN { print 0.5 + 2 * $RANDOM / 32767 }")"
        mock "up $which"
        ;;
    activemq)
        broker_fate='the broker (kill -9)'
        kill -9 "$broker_pid"
        { wait "$broker_pid"; } 2>/dev/null
        activemq_start
        ;;
    esac
}

broker_end() {
    [ -n "$broker_pid" ] || return 0
    kill "$broker_pid" 2>/dev/null
    { wait "$broker_pid"; } 2>/dev/null
    broker_pid=''
}
