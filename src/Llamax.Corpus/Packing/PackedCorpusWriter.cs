using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Packing;

/// <summary>
/// Lays a training set into blocks of a fixed length: NAME.tokens, NAME.index, NAME.origins (see <see cref="PackedFormat"/>) and manifest.json.
/// Documents (BOS, segments, EOS) are never split over blocks, except monolingual text longer than a block, which goes on as a new
/// document; a pair longer than a block is cut and counted. The two answers of a preference share a block; where they do not fit, it is left
/// out. The same entries and options give the same bytes on any number of cores.
/// </summary>
public sealed class PackedCorpusWriter
{
    /// <summary>The folder of the cache where nobody names another.</summary>
    public const string CacheName = "tokens-cache";

    private const int EntriesPerAdvance = 1024;

    private readonly ITokenizer _tokenizer;
    private readonly PackingOptions _options;
    private readonly IRunEvents _events;
    private readonly DocumentLayout _layout;

    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public PackedCorpusWriter(ITokenizer tokenizer, PackingOptions options, IRunEvents? events = null)
    {
        OptionProblem.ThrowIfAny("packing", options.Problems());
        (_tokenizer, _options, _events) = (tokenizer, options, events ?? SilentEvents.Instance);
        _layout = new(tokenizer, options.BlockLength);
    }

    /// <summary>Decides the order of a mix.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// A folder of tokens that any number of runs and processes may share: what is in it, with the same tokenizer, is not tokenised again.
    /// null = none.
    /// </summary>
    public string? Cache { get; init; }

    /// <summary>All tokens were made by so many shards (<see cref="WriteShard"/>) and lie in the cache; null = make those that are missing.</summary>
    public int? Merge { get; init; }

    /// <summary>The cache of a folder where nobody names another.</summary>
    public static string DefaultCache(string folder) => Path.Combine(folder, CacheName);

    /// <summary>Tokenises the part of a shard into the cache; once all shards are done, <see cref="Merge"/> lays the blocks.</summary>
    /// <exception cref="RequestException">The writer was told to merge, too.</exception>
    public void WriteShard(IEnumerable<TrainingEntry> entries, Shard shard)
    {
        if (Merge is not null)
            throw new RequestException("--shard and --merge", "pack", "run every shard first, then merge");
        using var step = _events.Begin($"pack {shard}", 0, "document");
        var cache = OpenCache();
        foreach (var count in new EntryTokenizer(_tokenizer, _options, cache).Encode(entries, shard))
            step.Advance(count);
        WarnOfDamage(cache);
    }

    /// <summary>
    /// Writes NAME.tokens, NAME.origins, NAME.index and manifest.json to <paramref name="folder"/>, in this order.
    /// </summary>
    /// <exception cref="RequestException">Nothing to pack, or <paramref name="name"/> is no plain file name.</exception>
    public PackedCorpusManifest Write(string folder, string name, IEnumerable<TrainingEntry> entries)
    {
        if (Merge is < 1 or > 100_000)
            throw new RequestException($"--merge {Merge}", "pack", "give the n of --shard i/n");
        if (name.Length == 0 || Path.GetFileName(name) != name)
            throw new RequestException($"\"{name}\" is not a file name", "packing", "give a name without folders, for example train");
        var indexPath = Path.Combine(folder, name + PackedFormat.IndexExtension);
        var tokensPath = Path.Combine(folder, name + PackedFormat.TokensExtension);
        var originsPath = Path.Combine(folder, name + PackedFormat.OriginsExtension);
        Directory.CreateDirectory(folder);
        // A killed run must not leave the new tokens beside an old index.
        File.Delete(Path.Combine(folder, Manifest.FileName));
        File.Delete(indexPath);

        var tally = new PackingTally();
        byte[] tokensHash = [];
        AtomicFile.Write(indexPath, indexStream =>
        {
            using var index = new PackedIndexWriter(indexStream, _tokenizer.Fingerprint);
            AtomicFile.Write(originsPath, originsStream =>
            {
                using var origins = new PackedOriginsWriter(originsStream);
                AtomicFile.Write(tokensPath, tokensStream =>
                {
                    tokensHash = WriteBlocks(folder, entries, index, origins, tokensStream, tally);
                    if (tally.Blocks == 0)
                        throw new RequestException(
                            "there is nothing to pack: no entry holds a token that is learnt", folder, "give a training set with text");
                });
                origins.Complete(tokensHash);
            });
            index.Complete(_options.BlockLength, _tokenizer.VocabularySize, tokensHash);
        });

        var manifest = new PackedCorpusManifest
        {
            Name = name,
            TokenizerFingerprint = _tokenizer.Fingerprint,
            VocabularySize = _tokenizer.VocabularySize,
            Options = _options,
            Blocks = tally.Blocks,
            Tokens = tally.Counts.Sum(count => count.Tokens),
            LossTokens = tally.Counts.Sum(count => count.LossTokens),
            PaddingShare = 1 - (tally.Counts.Sum(count => count.Tokens) / ((double)tally.Blocks * _options.BlockLength)),
            Counts = tally.Counts,
            Mix = tally.Mixed,
            TokensSha256 = Convert.ToHexStringLower(tokensHash),
            IndexSha256 = Manifest.HashFile(indexPath),
            OriginsSha256 = Manifest.HashFile(originsPath),
        };
        ManifestJson.Write(folder, manifest);
        Report(manifest);
        return manifest;
    }

    private byte[] WriteBlocks(
        string folder, IEnumerable<TrainingEntry> entries, PackedIndexWriter index, PackedOriginsWriter origins, Stream stream,
        PackingTally tally)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var width = PackedFormat.TokenWidth(_tokenizer.VocabularySize);
        var block = new byte[_options.BlockLength * width];
        var bins = new BlockBins(_options.BlockLength, _options.OpenBlocks, documents =>
        {
            FillBlock(block, width, documents);
            stream.Write(block);
            hash.AppendData(block);
            index.Add(documents);
            origins.Add(documents);
            tally.Blocks++;
        });

        using var step = _events.Begin("pack", 0, "document");
        var cache = Cache is null ? null : OpenCache();
        var encoder = new EntryTokenizer(_tokenizer, _options, cache);
        var encoded = Merge is { } shards ? encoder.Merge(entries, shards) : encoder.Encode(entries);
        if (_options.Mix is { } mix)
        {
            using var mixed = MixedEntries.Of(encoded, mix, Seed, folder);
            tally.Mix = mixed.Plan;
            foreach (var stage in mixed.Plan.Stages)
                LayStage(mixed.Stage(stage));
        }
        else
        {
            LayStage(encoded);
        }

        WarnOfDamage(cache);
        return hash.GetHashAndReset();

        void LayStage(IEnumerable<EntryTokens> stage)
        {
            var count = 0;
            foreach (var entry in stage)
            {
                var laid = _layout.Lay(entry);
                tally.Add(laid);
                if (laid.Head.Kind == EntryKind.Preference && laid.Pieces.Count > 0)
                    bins.Add([.. laid.Pieces]);
                else
                    foreach (var piece in laid.Pieces)
                        bins.Add(piece);
                if (++count % EntriesPerAdvance == 0)
                    step.Advance(EntriesPerAdvance);
            }

            step.Advance(count % EntriesPerAdvance);
            bins.Flush();
            index.EndStage();
        }
    }

    private TokenCache OpenCache() =>
        Cache is null ? throw new InvalidOperationException("Shards speak through a cache.")
        : File.Exists(Cache) ? throw new RequestException("this is a file, the cache is a folder", Cache, "name a folder with --cache")
        : new(Cache, _tokenizer.Fingerprint, _tokenizer.VocabularySize);

    private void WarnOfDamage(TokenCache? cache)
    {
        if (cache?.Damaged > 0)
            _events.Warn(string.Create(CultureInfo.InvariantCulture, $"{cache.Damaged:N0} damaged files of {Cache} were made again"));
    }

    private void FillBlock(byte[] block, int width, List<DocumentTokens> documents)
    {
        var place = 0;
        foreach (var token in documents.SelectMany(document => document.Tokens))
            Put(token);
        while (place < block.Length)
            Put(_tokenizer.PadId ?? 0);

        void Put(int token)
        {
            if (width == 2)
                BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(place), checked((ushort)token));
            else
                BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(place), token);
            place += width;
        }
    }

    private void Report(PackedCorpusManifest manifest)
    {
        _events.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"packed {manifest.Tokens:N0} tokens into {manifest.Blocks:N0} blocks of {_options.BlockLength}, "
            + $"{manifest.PaddingShare:P2} padding"));
        foreach (var count in manifest.Counts.Where(count => count.CutEntries > 0 || count.EmptyEntries > 0))
        {
            var direction = $"{EntryKindNames.Of(count.Kind)} {count.Source}→{count.Target}";
            _events.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{direction}: of {count.Entries:N0} entries {count.CutEntries:N0} were cut at the block's length "
                + $"({count.CutTokens:N0} tokens lost), {count.EmptyEntries:N0} left out with nothing to learn"));
        }
    }
}
