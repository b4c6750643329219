import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The local document store: MongoDB's wire protocol in front of one H2 MVStore file.
 *
 * <p>What is answered is in the file: no write command returns before a commit that began after it. Commands that
 * wait at the same time share one commit. A commit never holds half a command, so a killed process leaves neither a
 * document without its index entries nor an index entry without its document.
 *
 * <p>Usage: {@code DocumentStore FILE PORT}. Listens on 127.0.0.1 only; SIGTERM closes the file in order.
 */
public final class DocumentStore extends H2Backend {
    private static final Set<String> WRITES = Set.of(
            "insert", "update", "delete", "findandmodify", "create", "createindexes", "drop", "dropindexes",
            "dropdatabase", "deleteindexes", "renamecollection", "aggregate");
    private static final Set<String> ALONE = Set.of(
            "create", "createindexes", "drop", "dropindexes", "dropdatabase", "deleteindexes", "renamecollection");
    private static final int LIVE_PERCENT_WANTED = 40;
    private static final int BYTES_MOVED_AT_ONCE = 1 << 20;

    private final ReentrantReadWriteLock whole = new ReentrantReadWriteLock();
    private final AtomicLong applied = new AtomicLong();
    private final ReentrantLock committing = new ReentrantLock(true);
    private volatile long durable;

    private DocumentStore(MVStore file) {
        super(file);
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        if (!WRITES.contains(command.toLowerCase())) {
            return super.handleCommand(channel, database, command, query);
        }
        long mine;
        // The library does not expect a collection to be used while an index is added to it.
        Lock step = ALONE.contains(command.toLowerCase()) ? whole.writeLock() : whole.readLock();
        step.lock();
        try {
            return counted(super.handleCommand(channel, database, command, query));
        } finally {
            // Also after an error: an insert of many may have stored some of them.
            mine = applied.incrementAndGet();
            step.unlock();
            commitThrough(mine);
        }
    }

    /** The library counts a document that it refused as inserted; MongoDB does not. */
    private static Document counted(Document reply) {
        if (reply.get("n") instanceof Integer all && reply.get("writeErrors") instanceof List<?> refused) {
            reply.put("n", all - refused.size());
        }
        return reply;
    }

    private void commitThrough(long mine) {
        if (durable >= mine) {
            return;
        }
        committing.lock();
        try {
            if (durable >= mine) {
                return;
            }
            whole.writeLock().lock();
            try {
                long included = applied.get();
                commit();
                durable = included;
            } finally {
                whole.writeLock().unlock();
            }
        } catch (Throwable broken) {
            stop("commit", broken);
        } finally {
            committing.unlock();
        }
    }

    /** The file may not hold what memory says (a full disk): answer nobody; who starts us again reads the file. */
    private static void stop(String step, Throwable broken) {
        System.err.println(step + " failed, stopping: " + broken);
        Runtime.getRuntime().halt(3);
    }

    private void keepHouse() {
        whole.writeLock().lock();
        try {
            getMvStore().compact(LIVE_PERCENT_WANTED, BYTES_MOVED_AT_ONCE);
        } catch (Throwable broken) {
            stop("compaction", broken);
        } finally {
            whole.writeLock().unlock();
        }
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        MVStore file = getMvStore();
        return new H2Database(name, file, getCursorRegistry()) {
            @Override
            protected MongoCollection<Object> openOrCreateCollection(String collection, CollectionOptions options) {
                String full = getFullCollectionNamespace(collection);
                MVMap<Object, Document> documents = file.openMap("databases." + full,
                        new MVMap.Builder<Object, Document>().valueType(new BsonType()));
                return new IndexedCollection(this, collection, options, documents,
                        file.openMap("meta." + full), cursorRegistry);
            }

            @Override
            protected Index<Object> openOrCreateUniqueIndex(String collection, String index, List<IndexKey> keys,
                    boolean sparse) {
                return new UniqueIndex(file.openMap(getDatabaseName() + "." + collection + "._index_" + index,
                        new MVMap.Builder<KeyValue, Object>().keyType(new KeyType())), index, keys, sparse);
            }
        };
    }

    /**
     * Uses a unique index also where a filter says more than the index holds.
     *
     * <p>The library takes an index only for a filter of exactly its fields, so a compare-and-set on
     * {@code {_id, version}} read the whole collection.
     */
    private static final class IndexedCollection extends H2Collection {
        private IndexedCollection(MongoDatabase database, String name, CollectionOptions options,
                MVMap<Object, Document> documents, MVMap<String, Object> meta, CursorRegistry cursors) {
            super(database, name, options, documents, meta, cursors);
        }

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
            return copied(super.matchDocuments(query, order, skip, limit, batch, fields));
        }

        @Override
        protected QueryResult matchDocuments(Document query, Iterable<Object> positions, Document order, int skip,
                int limit, int batch, Document fields) {
            return copied(super.matchDocuments(query, positions, order, skip, limit, batch, fields));
        }

        /**
         * The library answers with the stored objects and updates them in place: an answer that is written to the
         * network while another client changes the document is torn, or breaks the connection.
         */
        private static QueryResult copied(QueryResult found) {
            List<Document> mine = new ArrayList<>();
            found.forEach(document -> mine.add(document.cloneDeeply()));
            return new QueryResult(mine, found.getCursorId());
        }
    }

    /** A document as BSON. The library leaves it to Java's serialization, which costs five times as much. */
    private static final class BsonType extends BasicDataType<Document> {
        private int average = 512;

        @Override
        public int getMemory(Document document) {
            return average;
        }

        @Override
        public void write(WriteBuffer to, Document document) {
            ByteBuf bson = Unpooled.buffer(1024);
            BsonEncoder.encodeDocument(document, bson);
            int size = bson.readableBytes();
            average = (15 * average + size) / 16;
            to.putVarInt(size).put(bson.array(), bson.arrayOffset() + bson.readerIndex(), size);
        }

        @Override
        public Document read(ByteBuffer from) {
            int size = DataUtils.readVarInt(from);
            Document document = BsonDecoder.decodeBson(Unpooled.wrappedBuffer(from.slice(from.position(), size)));
            from.position(from.position() + size);
            return document;
        }

        @Override
        public Document[] createStorage(int size) {
            return new Document[size];
        }
    }

    /**
     * Keys of an index; one text, as nearly all are, is kept and compared as such.
     *
     * <p>The library's keys have no order of their own, so H2 serialized both at every comparison.
     */
    private static final class KeyType extends BasicDataType<KeyValue> {
        private static final int OTHER = 0;
        private static final int TEXT = 1;
        private final ObjectDataType other = new ObjectDataType();

        private static String text(KeyValue key) {
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

    /** The library's own, whose constructor it keeps to itself. */
    private static final class UniqueIndex extends AbstractUniqueIndex<Object> {
        private final MVMap<KeyValue, Object> positions;

        private UniqueIndex(MVMap<KeyValue, Object> positions, String name, List<IndexKey> keys, boolean sparse) {
            super(name, keys, sparse);
            this.positions = positions;
        }

        @Override
        protected Object removeDocument(KeyValue key) {
            return positions.remove(key);
        }

        @Override
        protected boolean putKeyPosition(KeyValue key, Object position) {
            return positions.putIfAbsent(key, Missing.ofNullable(position)) == null;
        }

        @Override
        protected Iterable<Map.Entry<KeyValue, Object>> getIterable() {
            return positions.entrySet();
        }

        @Override
        protected Object getPosition(KeyValue key) {
            return positions.get(key);
        }

        @Override
        public long getCount() {
            return positions.sizeAsLong();
        }

        @Override
        public boolean isEmpty() {
            return positions.isEmpty();
        }

        @Override
        public long getDataSize() {
            return getCount();
        }
    }

    /** PyMongo asks for wire version 9 at least; nothing of 4.4 beyond 4.0 is promised or used. */
    private record Version(List<Integer> getVersionArray, int getWireVersion) implements MongoVersion {}

    public static void main(String[] arguments) {
        // No background writer: it would commit while a command is half done.
        MVStore file = new MVStore.Builder().fileName(arguments[0]).pageSplitSize(4096).cacheSize(64)
                .autoCommitDisabled().autoCommitBufferSize(1 << 20).open();
        file.setRetentionTime(0);
        DocumentStore store = new DocumentStore(file);
        store.version(new Version(List.of(4, 4, 0), 9));
        MongoServer server = new MongoServer(store);
        ScheduledExecutorService house = Executors.newSingleThreadScheduledExecutor();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            house.shutdown();
            store.whole.writeLock().lock();
            file.close();
        }));
        house.scheduleWithFixedDelay(store::keepHouse, 1, 1, TimeUnit.SECONDS);
        server.bind("127.0.0.1", Integer.parseInt(arguments[1]));
        System.out.println("listening on " + server.getLocalAddress());
    }
}
