import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

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
            private MVMap<Object, byte[]> documents(String collection) {
                return file.openMap("databases." + getDatabaseName() + "." + collection,
                        new MVMap.Builder<Object, byte[]>().valueType(ByteArrayDataType.INSTANCE));
            }

            @Override
            protected MongoCollection<Object> openOrCreateCollection(String collection, CollectionOptions options) {
                // The map is what the library knows a collection by when it opens a database again.
                file.openMap("meta." + getFullCollectionNamespace(collection));
                return new BsonCollection(this, collection, options, documents(collection), cursorRegistry);
            }

            @Override
            protected Index<Object> openOrCreateUniqueIndex(String collection, String index, List<IndexKey> keys,
                    boolean sparse) {
                MVMap<KeyValue, Object> positions = file.openMap(
                        getDatabaseName() + "." + collection + "._index_" + index,
                        new MVMap.Builder<KeyValue, Object>().keyType(new KeyType()));
                return keys.size() == 1 && keys.get(0).getKey().equals("_id")
                        ? new IdIndex(documents(collection), positions, index, keys, sparse)
                        : new UniqueIndex(positions, index, keys, sparse);
            }
        };
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
