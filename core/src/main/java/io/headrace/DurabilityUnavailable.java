package io.headrace;

/**
 * The broker cannot give the durability that a submission asks for. Nothing was stored; ask for less, or mend the
 * broker.
 */
public final class DurabilityUnavailable extends HeadraceException {
    private static final long serialVersionUID = 1L;

    /** @param why in words for people, with what to do */
    public DurabilityUnavailable(Durability asked, String why) {
        super("durability " + asked + " cannot be given: " + why, null);
    }
}
