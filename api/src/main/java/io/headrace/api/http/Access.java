package io.headrace.api.http;

import io.headrace.access.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a call asks of its caller: one of some roles, and for what concerns every queue at once a key that is not
 * limited.
 */
public enum Access {
    /** Nothing: whoever can connect. */
    OPEN(false),
    /** Any key. */
    ANY(false, Role.VIEWER, Role.PRODUCER),
    /** To look at one job whose id is known. */
    FOLLOW(false, Role.VIEWER, Role.PRODUCER),
    /** To look around. */
    VIEW(false, Role.VIEWER),
    /** To look at figures that cannot be told apart by queue. */
    VIEW_ALL(true, Role.VIEWER),
    /** To send jobs. */
    SUBMIT(false, Role.PRODUCER),
    /** To change jobs and queues, and to read who did. */
    OPERATE(false, Role.OPERATOR),
    /** To change what works for several queues. */
    OPERATE_ALL(true, Role.OPERATOR),
    /** To change who may do what. */
    ADMINISTER(true, Role.ADMIN);

    private final boolean whole;
    /** The lowest roles; operator and admin include them. */
    private final List<Role> least;
    private final Set<Role> roles;

    Access(boolean whole, Role... least) {
        this.whole = whole;
        this.least = List.of(least);
        this.roles = EnumSet.noneOf(Role.class);
        this.roles.addAll(this.least);
        if (!roles.isEmpty()) {
            roles.add(Role.ADMIN);
        }
        if (roles.contains(Role.VIEWER) || roles.contains(Role.PRODUCER)) {
            roles.add(Role.OPERATOR);
        }
    }

    boolean allows(Role role) {
        return roles.contains(role);
    }

    /** Whether a key that is limited to queues is refused. */
    public boolean whole() {
        return whole;
    }

    /** Whether there need be no key. */
    public boolean open() {
        return this == OPEN;
    }

    /** Every role that is let in, as the document lists them. */
    public List<String> roles() {
        return roles.stream().map(Role::label).toList();
    }

    /** The lowest roles in words. */
    String needed() {
        return String.join(" or ", least.stream().map(Role::label).toList());
    }
}
