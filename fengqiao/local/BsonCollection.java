import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoCollection;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.UUID;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;

/**
 * Documents as the BSON they came as.
 *
 * <p>The library keeps trees of objects: a commit encoded every document of a changed page again, most of the
 * heap was the trees, and an answer had to be copied, for updates are done in place.
 */
final class BsonCollection extends AbstractSynchronizedMongoCollection<Object> {
    private final MVMap<Object, byte[]> documents;

    BsonCollection(MongoDatabase database, String name, CollectionOptions options,
            MVMap<Object, byte[]> documents, CursorRegistry cursors) {
        super(database, name, options, cursors);
        this.documents = documents;
    }

    private static byte[] encoded(Document document) {
        ByteBuf bson = Unpooled.buffer(1024);
        BsonEncoder.encodeDocument(document, bson);
        byte[] bytes = new byte[bson.readableBytes()];
        bson.readBytes(bytes);
        return bytes;
    }

    private static Document decoded(byte[] bson) {
        return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(bson));
    }

    /**
     * Uses a unique index also where a filter says more than the index holds.
     *
     * <p>The library takes an index only for a filter of exactly its fields, so a compare-and-set on
     * {@code {_id, version}} read the whole collection.
     */
    @Override
    protected QueryResult matchDocuments(Document query, Document order, int skip, int limit, int batch,
            Document fields) {
        for (Index<Object> index : getIndexes()) {
            Document part = new Document();
            index.getKeys().forEach(key -> part.put(key.getKey(), query.get(key.getKey())));
            if (query.keySet().containsAll(part.keySet()) && index.canHandle(part)) {
                return matchDocuments(query, index.getPositions(part), order, skip, limit, batch, fields);
            }
        }
        return matchDocumentsFromStream(documents.values().stream().map(BsonCollection::decoded), query, order,
                skip, limit, batch, fields);
    }

    @Override
    protected Document getDocument(Object position) {
        byte[] bson = documents.get(position);
        return bson == null ? null : decoded(bson);
    }

    @Override
    protected Object addDocumentInternal(Document document) {
        String id = options.getIdField();
        Object position = Missing.ofNullable(id == null ? UUID.randomUUID() : document.get(id));
        if (documents.putIfAbsent(position, encoded(document)) != null) {
            throw new IllegalStateException(position + " is in " + this + " already");
        }
        return position;
    }

    @Override
    protected void handleUpdate(Object position, Document before, Document after) {
        documents.put(position, encoded(after));
    }

    @Override
    protected void removeDocument(Object position) {
        documents.remove(position);
    }

    @Override
    protected Stream<DocumentWithPosition<Object>> streamAllDocumentsWithPosition() {
        return documents.entrySet().stream()
                .map(entry -> new DocumentWithPosition<>(decoded(entry.getValue()), entry.getKey()));
    }

    @Override
    public int count() {
        return documents.size();
    }

    @Override
    public boolean isEmpty() {
        return documents.isEmpty();
    }

    /** A sum that is kept up to date would be one more changed page in every commit. */
    @Override
    protected boolean tracksDataSize() {
        return false;
    }

    @Override
    protected void updateDataSize(int by) {}

    @Override
    protected int getDataSize() {
        return 0;
    }
}
