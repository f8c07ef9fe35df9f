package io.headrace.redis.connection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * Asks about keys that may lie on several servers: a flush for each of these, however many slots of a cluster the keys
 * are in.
 */
public final class Spread {
    private Spread() {}

    /**
     * The answers in the order of the requests, which may be repeated; an error that Redis answers stands in its place
     * of the list.
     *
     * @param most of them go in one flush
     */
    public static List<Object> ask(Redis link, List<Redis.Request> requests, int most) {
        Map<String, List<Integer>> servers = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            servers.computeIfAbsent(link.server(requests.get(i).key()), server -> new ArrayList<>()).add(i);
        }
        Object[] answers = new Object[requests.size()];
        for (List<Integer> places : servers.values()) {
            for (int from = 0; from < places.size(); from += most) {
                ask(link, requests, places.subList(from, Math.min(places.size(), from + most)), answers);
            }
        }
        return new ArrayList<>(Arrays.asList(answers));
    }

    private static void ask(Redis link, List<Redis.Request> requests, List<Integer> places, Object[] answers) {
        List<Object> some = link.askAll(requests.get(places.get(0)).key(), places.stream().map(requests::get).toList());
        for (int i = 0; i < places.size(); i++) {
            Redis.Request request = requests.get(places.get(i));
            // Where its slot is now is known only after the first one was told that it has moved.
            answers[places.get(i)] = some.get(i) instanceof JedisMovedDataException
                    ? link.askAll(request.key(), List.of(request)).get(0)
                    : some.get(i);
        }
    }
}
