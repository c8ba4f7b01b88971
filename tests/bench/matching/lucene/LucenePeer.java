import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.monitor.HighlightsMatch;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.queries.intervals.IntervalQuery;
import org.apache.lucene.queries.intervals.Intervals;
import org.apache.lucene.queries.intervals.IntervalsSource;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.BytesRef;

/**
 * Lucene Monitor as a peer of the matching bench: the files of `lucene.py` in, lines of JSON out.
 *
 * Arguments: folder, number of rules. Registers the rules, says how long it took, then answers
 * lines on standard input: `round FIRST LAST` times each of these articles, `fired FIRST LAST` names
 * the rules that fire on each. One thread matches.
 *
 * Articles come tokenised and folded, joined by spaces, so that both engines read the same tokens;
 * paragraphs lie {@link #GAP} positions apart, so that nothing reaches from one into the next.
 */
public final class LucenePeer {
  private static final int GAP = 10_000;
  private static final int PASSES = 2;
  private static final int TOGETHER = 2_000; // queries registered at once

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<String, IntervalsSource> names = new HashMap<>();
  private String[] words;
  private int at;

  public static void main(String[] arguments) throws IOException {
    new LucenePeer().run(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
  }

  private void run(Path folder, int count) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    List<Document> articles = documents(folder.resolve("lucene-articles.tsv"));
    long before = used();
    long start = System.nanoTime(), began = THREADS.getCurrentThreadCpuTime();
    readNames(folder.resolve("lucene-names.tsv"));
    TermWeightor rareFirst =
        TermWeightor.combine(
            TermWeightor.termFreqWeightor(frequencies(folder.resolve("lucene-traffic.txt")), 1, 0),
            TermWeightor.lengthWeightor(0.01, 0.1));
    MultipassTermFilteredPresearcher presearcher =
        new MultipassTermFilteredPresearcher(PASSES, 0f, rareFirst, List.of(), Set.of());
    MonitorConfiguration configuration =
        new MonitorConfiguration().setQueryUpdateBufferSize(TOGETHER);
    try (Monitor monitor = new Monitor(analyzer(), presearcher, configuration)) {
      register(monitor, folder.resolve("lucene-rules.tsv"), count);
      double seconds = (System.nanoTime() - start) / 1e9;
      double cpu = (THREADS.getCurrentThreadCpuTime() - began) / 1e9;
      names.clear();
      out.printf(
          "{\"seconds\": %.3f, \"cpu\": %.3f, \"kept\": %d, \"rules\": %d}%n",
          seconds, cpu, used() - before, monitor.getQueryCount());
      BufferedReader asked =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = asked.readLine(); line != null; line = asked.readLine()) {
        String[] task = line.split(" ");
        List<Document> some =
            articles.subList(Integer.parseInt(task[1]), Integer.parseInt(task[2]));
        out.println(task[0].equals("round") ? round(monitor, some) : fired(monitor, some));
      }
    }
  }

  private static String round(Monitor monitor, List<Document> articles) throws IOException {
    List<Long> times = new ArrayList<>(), spent = new ArrayList<>();
    long fires = 0, candidates = 0, hits = 0;
    for (Document article : articles) {
      long start = System.nanoTime(), began = THREADS.getCurrentThreadCpuTime();
      MatchingQueries<HighlightsMatch> matches = monitor.match(article, HighlightsMatch.MATCHER);
      for (HighlightsMatch match : matches.getMatches()) {
        hits += match.getHitCount();
      }
      spent.add(THREADS.getCurrentThreadCpuTime() - began);
      times.add(System.nanoTime() - start);
      fires += matches.getMatchCount();
      candidates += matches.getQueriesRun();
    }
    return String.format(
        "{\"ns\": %s, \"cpu\": %s, \"fires\": %d, \"candidates\": %d, \"evidence\": %d}",
        times, spent, fires, candidates, hits);
  }

  private static String fired(Monitor monitor, List<Document> articles) throws IOException {
    List<String> all = new ArrayList<>();
    for (Document article : articles) {
      List<String> ids = new ArrayList<>();
      for (HighlightsMatch match : monitor.match(article, HighlightsMatch.MATCHER).getMatches()) {
        ids.add('"' + match.getQueryId() + '"');
      }
      all.add(ids.toString());
    }
    return "{\"fired\": " + all + "}";
  }

  // --- what is read ----------------------------------------------------------------------------

  /** Title, then the paragraphs; fields `text` (all of it), `title` and `lead`. */
  private static List<Document> documents(Path path) throws IOException {
    List<Document> found = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      String[] parts = line.split("\t", -1);
      Document document = new Document();
      for (int i = 0; i < parts.length; i++) {
        document.add(new TextField("text", parts[i], Field.Store.NO));
        if (i == 0) {
          document.add(new TextField("title", parts[i], Field.Store.NO));
        }
        if (i < 2) {
          document.add(new TextField("lead", parts[i], Field.Store.NO));
        }
      }
      found.add(document);
    }
    return found;
  }

  private static Map<String, Integer> frequencies(Path path) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    try (Stream<String> lines = Files.lines(path)) {
      lines.forEach(line -> Stream.of(line.split(" ")).forEach(word -> counts.merge(word, 1, Integer::sum)));
    }
    return counts;
  }

  /** An entry's id, then each of its names as folded tokens. */
  private void readNames(Path path) throws IOException {
    try (Stream<String> lines = Files.lines(path)) {
      lines.forEach(
          line -> {
            String[] parts = line.split("\t");
            List<IntervalsSource> forms = new ArrayList<>();
            for (int i = 1; i < parts.length; i++) {
              forms.add(phrase(parts[i]));
            }
            names.put(parts[0], anyOf(forms));
          });
    }
  }

  private void register(Monitor monitor, Path path, int count) throws IOException {
    List<MonitorQuery> waiting = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(path)) {
      for (int i = 0; i < count; i++) {
        words = lines.readLine().split("\t");
        at = 1;
        waiting.add(new MonitorQuery(words[0], query()));
        if (waiting.size() == TOGETHER) {
          monitor.register(waiting);
          waiting.clear();
        }
      }
    }
    monitor.register(waiting);
  }

  // --- queries, in prefix notation -------------------------------------------------------------

  private String next() {
    return words[at++];
  }

  private int number() {
    return Integer.parseInt(next());
  }

  private Query query() {
    String head = next();
    return switch (head) {
      case "all" -> all(number());
      case "least" -> atLeast(number(), number());
      case "in" -> new IntervalQuery(next(), source());
      default -> throw new IllegalArgumentException("not a query: " + head);
    };
  }

  /** So many that must hold, then so many that must not. */
  private Query all(int parts) {
    int none = number();
    BooleanQuery.Builder builder = new BooleanQuery.Builder();
    for (int i = 0; i < parts; i++) {
      builder.add(query(), Occur.MUST);
    }
    for (int i = 0; i < none; i++) {
      builder.add(query(), Occur.MUST_NOT);
    }
    return builder.build();
  }

  private Query atLeast(int least, int parts) {
    BooleanQuery.Builder builder = new BooleanQuery.Builder().setMinimumNumberShouldMatch(least);
    for (int i = 0; i < parts; i++) {
      builder.add(query(), Occur.SHOULD);
    }
    return builder.build();
  }

  private IntervalsSource source() {
    String head = next();
    return switch (head) {
      case "term" -> phrase(next());
      case "prefix" -> Intervals.prefix(new BytesRef(next()), 1024);
      case "name" -> names.get(next());
      case "or" -> anyOf(Arrays.asList(sources(number())));
      case "near" -> {
        int gaps = number();
        boolean ordered = next().equals("ordered");
        IntervalsSource first = source(), second = source();
        yield Intervals.maxgaps(
            gaps,
            ordered
                ? Intervals.ordered(first, second)
                : Intervals.unorderedNoOverlaps(first, second));
      }
      case "width" -> {
        int width = number();
        yield Intervals.maxwidth(width, Intervals.unordered(sources(number())));
      }
      case "times" -> {
        IntervalsSource[] again = new IntervalsSource[number()];
        Arrays.fill(again, source());
        yield Intervals.ordered(again);
      }
      case "without" -> {
        IntervalsSource kept = source();
        yield Intervals.notContaining(kept, source());
      }
      default -> throw new IllegalArgumentException("not an interval: " + head);
    };
  }

  private IntervalsSource[] sources(int count) {
    IntervalsSource[] found = new IntervalsSource[count];
    for (int i = 0; i < count; i++) {
      found[i] = source();
    }
    return found;
  }

  private static IntervalsSource phrase(String text) {
    String[] tokens = text.split(" ");
    return tokens.length == 1 ? Intervals.term(tokens[0]) : Intervals.phrase(tokens);
  }

  /** Not rewritten: two entities near each other would become thousands of pairs of names. */
  private static IntervalsSource anyOf(List<IntervalsSource> sources) {
    return sources.size() == 1 ? sources.get(0) : Intervals.or(false, sources);
  }

  private static Analyzer analyzer() {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        return new TokenStreamComponents(new WhitespaceTokenizer());
      }

      @Override
      public int getPositionIncrementGap(String field) {
        return GAP;
      }
    };
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
