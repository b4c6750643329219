import de.bwaldvogel.mongo.backend.KeyValue;
import java.nio.ByteBuffer;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * Keys of an index; one text, as nearly all are, is kept and compared as such.
 *
 * <p>The library's keys have no order of their own, so H2 serialized both at every comparison.
 */
final class KeyType extends BasicDataType<KeyValue> {
    private static final int OTHER = 0;
    private static final int TEXT = 1;
    private final ObjectDataType other = new ObjectDataType();

    static String text(KeyValue key) {
        return key.size() == 1 && key.get(0) instanceof String text ? text : null;
    }

    @Override
    public int compare(KeyValue left, KeyValue right) {
        String mine = text(left);
        String theirs = text(right);
        if (mine != null && theirs != null) {
            return mine.compareTo(theirs);
        }
        return mine == null && theirs == null ? other.compare(left, right) : mine == null ? -1 : 1;
    }

    @Override
    public int getMemory(KeyValue key) {
        String text = text(key);
        return text == null ? other.getMemory(key) : 64 + 2 * text.length();
    }

    @Override
    public void write(WriteBuffer to, KeyValue key) {
        String text = text(key);
        if (text == null) {
            to.put((byte) OTHER);
            other.write(to, key);
        } else {
            to.put((byte) TEXT);
            StringDataType.INSTANCE.write(to, text);
        }
    }

    @Override
    public KeyValue read(ByteBuffer from) {
        return from.get() == TEXT ? new KeyValue(StringDataType.INSTANCE.read(from)) : (KeyValue) other.read(from);
    }

    @Override
    public KeyValue[] createStorage(int size) {
        return new KeyValue[size];
    }
}
