import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.MVMap;

/** Of {@code _id}: the documents themselves say which texts there are, only other ids need a map. */
final class IdIndex extends UniqueIndex {
    private final MVMap<Object, byte[]> documents;

    IdIndex(MVMap<Object, byte[]> documents, MVMap<KeyValue, Object> others, String name,
            List<IndexKey> keys, boolean sparse) {
        super(others, name, keys, sparse);
        this.documents = documents;
    }

    @Override
    public synchronized void add(Document document, Object position, MongoCollection<Object> collection) {
        if (!(position instanceof String)) {
            super.add(document, position, collection);
        }
    }

    @Override
    protected Object removeDocument(KeyValue key) {
        return KeyType.text(key) == null ? super.removeDocument(key) : getPosition(key);
    }

    @Override
    protected Object getPosition(KeyValue key) {
        String text = KeyType.text(key);
        return text == null ? super.getPosition(key) : documents.containsKey(text) ? text : null;
    }

    @Override
    protected Iterable<Map.Entry<KeyValue, Object>> getIterable() {
        List<Map.Entry<KeyValue, Object>> all = new ArrayList<>();
        documents.keyIterator(null).forEachRemaining(id -> all.add(Map.entry(new KeyValue(id), id)));
        return all;
    }

    @Override
    public long getCount() {
        return documents.sizeAsLong();
    }

    @Override
    public boolean isEmpty() {
        return documents.isEmpty();
    }
}
