using Llamax.Runs;

namespace Llamax.Text.Identification;

/// <summary>
/// Reads fastText's <c>.bin</c> and <c>.ftz</c> (FastText::loadModel, versions 11 and 12): arguments, dictionary, pruned n-grams, input
/// matrix, output matrix. Every size is checked against what is left of the file.
/// </summary>
internal static class FastTextFile
{
    private const int Magic = 793712314;
    private const int NewestVersion = 12;
    private const int OldestVersion = 11; // it had no subwords in classifiers
    private const int Supervised = 3;
    private const int MaxNgramLength = 64;
    private const long MaxCount = 1_000_000_000_000_000;

    // A quantised matrix that takes no more than 64 MiB unpacked is unpacked.
    private const long MaxUnpacked = 1 << 24;

    /// <param name="file">From its beginning.</param>
    /// <param name="length">Of the file in bytes.</param>
    /// <param name="where">Names the file in errors.</param>
    /// <exception cref="RequestException">It is no fastText classifier, or damaged.</exception>
    public static FastTextModel Read(Stream file, long length, string where)
    {
        var reader = new CheckedReader(file, length, where);
        if (reader.Left < 8 || reader.Int32() != Magic)
            throw new RequestException(
                "no fastText model: it does not begin like one", where, "give a .bin or .ftz that fastText wrote, for example lid.176.ftz");
        var arguments = Arguments(reader, reader.Int32("the version of the format", OldestVersion, NewestVersion));
        var entries = Entries(reader);
        var (buckets, rowsBehindWords) = ReadBuckets(reader, entries.PrunedNgrams, arguments.Buckets);
        var dictionary = new FastTextDictionary(arguments, entries.Words, entries.Text, entries.TextStarts, buckets);

        var isQuantized = reader.Flag();
        if (!isQuantized && entries.PrunedNgrams >= 0)
            throw reader.Damaged("a pruned dictionary before a matrix that is not quantised");
        var input = Matrix(reader, isQuantized, arguments.Dimension);
        if (input.Rows < entries.Words + rowsBehindWords)
            throw reader.Damaged($"{input.Rows} input vectors, {entries.Words + rowsBehindWords} expected");
        if (input is QuantizedMatrix packed && (long)packed.Rows * packed.Columns <= MaxUnpacked)
            input = packed.Unpack();

        var isOutputQuantized = reader.Flag();
        var output = Matrix(reader, isQuantized && isOutputQuantized, arguments.Dimension);
        if (output.Rows != entries.Labels.Length)
            throw reader.Damaged($"{output.Rows} output vectors for {entries.Labels.Length} labels");
        FastTextLoss loss = arguments.Loss switch
        {
            1 => new HierarchicalSoftmaxLoss(output, entries.LabelCounts),
            3 => new SoftmaxLoss(output),
            _ => new LogisticLoss(output),
        };
        return new FastTextModel(dictionary, input, loss, entries.Labels, where);
    }

    private static FastTextArguments Arguments(CheckedReader reader, int version)
    {
        var dimension = reader.Int32("the dimension", 1, int.MaxValue);
        reader.Skip(4 * sizeof(int)); // window, epochs, least count, negative samples
        var wordNgrams = reader.Int32("the longest word n-gram", 0, MaxNgramLength);
        var loss = reader.Int32("the kind of loss", 1, 4);
        var kind = reader.Int32("the kind of model", 1, 3);
        if (kind != Supervised)
            throw reader.Damaged("it holds word vectors, not a classifier");
        var buckets = reader.Int32("the number of buckets", 0, int.MaxValue);
        var minNgram = reader.Int32("the shortest subword", 0, MaxNgramLength);
        var maxNgram = reader.Int32("the longest subword", 0, MaxNgramLength);
        reader.Skip(sizeof(int) + sizeof(double)); // learning rate updates, sampling threshold
        if (version == OldestVersion)
            maxNgram = 0;
        if (buckets == 0 && (maxNgram > 0 || wordNgrams > 1))
            throw reader.Damaged("n-grams without buckets for them");
        return new FastTextArguments(dimension, wordNgrams, loss, buckets, minNgram, maxNgram);
    }

    private static DictionaryEntries Entries(CheckedReader reader)
    {
        var size = reader.Int32("the number of words and labels", 1, int.MaxValue);
        var words = reader.Int32("the number of words", 0, size - 1);
        reader.Int32("the number of labels", size - words, size - words);
        reader.Skip(sizeof(long)); // tokens of the training data
        var pruned = reader.Int64("the number of kept n-grams", -1, int.MaxValue);
        reader.Expect((UInt128)size * 10); // a zero byte, a count, a type

        var text = new MemoryStream();
        var starts = new int[size + 1];
        var counts = new long[size - words];
        var sum = 0L;
        for (var entry = 0; entry < size; entry++)
        {
            for (byte unit; (unit = reader.Byte()) != 0;)
                text.WriteByte(unit);
            starts[entry + 1] = (int)text.Length;
            var count = reader.Int64("the count of a word or label", 0, MaxCount - 1);
            var isLabel = reader.Flag();
            if (isLabel != entry >= words)
                throw reader.Damaged("labels do not follow the words");
            if (isLabel)
                sum += counts[entry - words] = count;
            if (sum >= MaxCount)
                throw reader.Damaged("the labels have impossible counts");
        }

        var bytes = text.ToArray();
        var labels = new string[size - words];
        for (var label = 0; label < labels.Length; label++)
            labels[label] = System.Text.Encoding.UTF8.GetString(bytes.AsSpan(starts[words + label]..starts[words + label + 1]));
        return new DictionaryEntries(words, bytes, starts, labels, counts, pruned);
    }

    private static (Buckets Buckets, long Rows) ReadBuckets(CheckedReader reader, long pruned, int buckets)
    {
        if (pruned < 0)
            return (Buckets.All, buckets);
        reader.Expect((UInt128)pruned * 8);
        var kept = new (int Bucket, int Row)[pruned];
        foreach (ref var pair in kept.AsSpan())
            pair = (reader.Int32("a bucket", 0, buckets - 1), reader.Int32("the row of a bucket", 0, (int)pruned - 1));
        return (Buckets.Kept(kept), pruned);
    }

    private static FastTextMatrix Matrix(CheckedReader reader, bool isQuantized, int dimension)
    {
        var hasNorms = isQuantized && reader.Flag();
        var rows = (int)reader.Int64("the number of vectors", 1, Array.MaxLength);
        reader.Int64("the length of vectors", dimension, dimension);
        if (!isQuantized)
            return new DenseMatrix(rows, dimension, reader.Floats((long)rows * dimension));

        var codes = reader.Bytes(reader.Int32("the number of codes", rows, int.MaxValue));
        var quantizer = Quantizer(reader, dimension);
        if (codes.Length != (long)rows * quantizer.Parts)
            throw reader.Damaged($"{codes.Length} codes for {rows} vectors in {quantizer.Parts} parts");
        if (!hasNorms)
            return new QuantizedMatrix(rows, quantizer, codes, norms: null);
        var normCodes = reader.Bytes(rows);
        var norms = Quantizer(reader, dimension: 1);
        return new QuantizedMatrix(rows, quantizer, codes, Array.ConvertAll(normCodes, code => norms.Centroid(0, code)[0]));
    }

    private static ProductQuantizer Quantizer(CheckedReader reader, int dimension)
    {
        reader.Int32("the dimension of the quantiser", dimension, dimension);
        var parts = reader.Int32("the parts of a quantised vector", 1, dimension);
        var partSize = reader.Int32("the length of a part", 1, dimension);
        var lastPartSize = reader.Int32("the length of the last part", 1, partSize);
        if ((parts - 1L) * partSize + lastPartSize != dimension)
            throw reader.Damaged($"{parts} parts of {partSize} and {lastPartSize} numbers are no vector of {dimension}");
        return new ProductQuantizer(
            dimension, parts, partSize, lastPartSize, reader.Floats((long)dimension * ProductQuantizer.Codes));
    }

    /// <param name="Words">How many of the entries are words; the others are labels.</param>
    /// <param name="Text">The UTF-8 of all entries, one after another.</param>
    /// <param name="TextStarts">Where each entry begins, and where the last ends.</param>
    /// <param name="Labels">The labels.</param>
    /// <param name="LabelCounts">How often each stood in the training data.</param>
    /// <param name="PrunedNgrams">N-grams that are left; −1 = all.</param>
    private sealed record DictionaryEntries(
        int Words, byte[] Text, int[] TextStarts, string[] Labels, long[] LabelCounts, long PrunedNgrams);
}
