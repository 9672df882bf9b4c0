using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Llamax.Models.Native;
using TorchSharp;
using static TorchSharp.torch;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace Llamax.Models.Causal;

// R live rows, K key/value heads, N query heads, D head size

/// <summary>
/// Attention of one new token per row over a <see cref="LayerCache"/>, without moving or copying what is cached: the keys of a
/// prompt are read once for all its rows, those of new tokens where each row's parents wrote them. float32 on the CPU.
/// </summary>
internal static unsafe class CachedAttention
{
    private const int Width = 16;   // floats of a register

    public static bool Handles(ScalarType dtype, Device device, int headSize) => Avx512F.IsSupported
        && dtype == ScalarType.Float32 && device.type == DeviceType.CPU && headSize % Width == 0;

    /// <summary>What a token attends to.</summary>
    /// <param name="Prompt">The common beginning and the rest of the row's prompt.</param>
    /// <param name="New">The row's new tokens.</param>
    /// <param name="Scale">Factor of the scores.</param>
    /// <param name="Bias">[1, K, 1, T] added to the scores of new tokens, where N = K; null = nothing.</param>
    public readonly record struct Sight(bool Prompt, bool New, double Scale, Tensor? Bias);

    /// <param name="query">[R, N, D], turned.</param>
    /// <param name="cache">With the new token's keys and values in it.</param>
    /// <param name="plan">How the rows lie.</param>
    /// <param name="sight">What is attended to.</param>
    /// <returns>[R, N · D].</returns>
    public static Tensor Attend(Tensor query, LayerCache cache, StepPlan plan, Sight sight)
    {
        using var queries = query.contiguous();
        using var biases = sight.Bias?.contiguous();
        var result = empty([query.shape[0], query.shape[1] * query.shape[2]], ScalarType.Float32);
        var work = new Work(plan, cache, queries, result, sight, biases);
        var prompts = plan.RowsOfPrompt.Length;
        CpuWork.Split(prompts * work.Heads, 1, work.Touched, (from, to) =>
        {
            for (var item = from; item < to; item++)
                if (plan.RowsOfPrompt[item % prompts].Count > 0)
                    work.Compute(item % prompts, item / prompts);
        });
        GC.KeepAlive(cache);
        return result;
    }

    /// <summary>Keys in blocks and values of a stretch of tokens that several rows share.</summary>
    private readonly struct Stretch(Tensor keys, Tensor values, int offset)
    {
        private readonly float* _keys = (float*)AotiInterop.DataPointer(keys);
        private readonly float* _values = (float*)AotiInterop.DataPointer(values);
        private readonly long _keySize = keys.shape[2] * keys.shape[3] * keys.shape[4];
        private readonly long _valueSize = values.shape[2] * values.shape[3];

        /// <summary>Keys, padding included.</summary>
        public readonly int Padded = (int)(keys.shape[2] * keys.shape[4]);

        /// <summary>Where its scores begin in a row of scores.</summary>
        public readonly int Offset = offset;

        public float* Keys(long index) => _keys + (index * _keySize);

        public float* Values(long index) => _values + (index * _valueSize);
    }

    private sealed class Work
    {
        private readonly StepPlan _plan;
        private readonly Stretch? _common;
        private readonly Stretch? _own;
        private readonly nint _queries;
        private readonly nint _output;
        private readonly nint _newKeys;
        private readonly nint _newValues;
        private readonly int _capacity;
        private readonly int _group;
        private readonly int _size;
        private readonly int _newOffset;
        private readonly int _newSteps;
        private readonly float _scale;
        private readonly nint _bias;
        private readonly int _width;

        public Work(StepPlan plan, LayerCache cache, Tensor queries, Tensor result, Sight sight, Tensor? bias)
        {
            _plan = plan;
            var (keys, values) = cache.Own!.Value;
            _common = sight.Prompt && cache.Common is { } common ? new(common.Keys, common.Values, 0) : null;
            _own = sight.Prompt ? new(keys, values, _common?.Padded ?? 0) : null;
            _newOffset = _own is { } own ? own.Offset + own.Padded : 0;
            _newSteps = sight.New ? plan.SeenSteps : 0;
            _width = (_newOffset + _newSteps + Width - 1) / Width * Width;
            _scale = (float)sight.Scale;
            _bias = bias is null ? 0 : AotiInterop.DataPointer(bias);
            (_queries, _output) = (AotiInterop.DataPointer(queries), AotiInterop.DataPointer(result));
            (_newKeys, _newValues) = (AotiInterop.DataPointer(cache.New.Keys), AotiInterop.DataPointer(cache.New.Values));
            Heads = (int)keys.shape[1];
            _capacity = (int)cache.New.Keys.shape[2];
            (_group, _size) = ((int)queries.shape[1] / Heads, (int)queries.shape[2]);
            Touched = queries.numel() * _width / 4;
        }

        public int Heads { get; }

        public long Touched { get; }

        // All rows of one prompt, one key/value head.
        public void Compute(int prompt, int head)
        {
            var rows = _plan.RowsOfPrompt[prompt];
            var count = rows.Count * _group;
            var buffer = ArrayPool<float>.Shared.Rent(count * (_width + (2 * _size)));
            fixed (float* start = buffer)
            {
                float* scores = start, query = start + ((long)count * _width), mixed = query + ((long)count * _size);
                CopyQueries(rows, head, query);
                new Span<float>(mixed, count * _size).Clear();
                if (_common is { } common)
                    Products(query, count, common.Keys(head), common, scores);
                if (_own is { } own)
                    Products(query, count, own.Keys(((long)prompt * Heads) + head), own, scores);
                for (var i = 0; i < rows.Count; i++)
                    NewScores(rows[i], head, query + ((long)i * _group * _size), scores + ((long)i * _group * _width));
                Hide(prompt, scores, count);
                for (var i = 0; i < count; i++)
                    Softmax(scores + ((long)i * _width), _width);
                if (_common is { } before)
                    Mix(scores, count, before.Values(head), before, _plan.Common, mixed);
                if (_own is { } rest)
                    Mix(scores, count, rest.Values(((long)prompt * Heads) + head), rest, _plan.OwnLengths[prompt], mixed);
                for (var i = 0; i < rows.Count; i++)
                    MixNew(rows[i], head, scores + ((long)i * _group * _width), mixed + ((long)i * _group * _size));
                CopyResults(rows, head, mixed);
            }

            ArrayPool<float>.Shared.Return(buffer);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void CopyQueries(List<int> rows, int head, float* query)
        {
            var scale = Vector512.Create(_scale);
            foreach (var row in rows)
            {
                var source = (float*)_queries + ((((long)row * Heads) + head) * _group * _size);
                for (var i = 0; i < _group * _size; i += Width, query += Width)
                    (Vector512.Load(source + i) * scale).Store(query);
            }
        }

        private void CopyResults(List<int> rows, int head, float* mixed)
        {
            var length = _group * _size;
            for (var i = 0; i < rows.Count; i++)
                new ReadOnlySpan<float>(mixed + ((long)i * length), length)
                    .CopyTo(new((float*)_output + ((((long)rows[i] * Heads) + head) * length), length));
        }

        private void Products(float* query, int count, float* keys, in Stretch stretch, float* scores)
        {
            scores += stretch.Offset;
            var i = 0;
            for (; i + 4 <= count; i += 4)
                Four(query + ((long)i * _size), keys, stretch.Padded, scores + ((long)i * _width));
            for (; i < count; i++)
                One(query + ((long)i * _size), keys, stretch.Padded, scores + ((long)i * _width));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Four(float* query, float* keys, int length, float* scores)
        {
            var (size, width) = (_size, _width);
            for (var j = 0; j < length; j += 2 * Width)
            {
                Lanes a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                var key = keys + ((long)j * size);
                for (var d = 0; d < size; d++, key += 2 * Width)
                {
                    Lanes k0 = Vector512.Load(key), k1 = Vector512.Load(key + Width);
                    var q = Vector512.Create(query[d]);
                    a0 = Vector512.FusedMultiplyAdd(q, k0, a0);
                    a1 = Vector512.FusedMultiplyAdd(q, k1, a1);
                    q = Vector512.Create(query[d + size]);
                    b0 = Vector512.FusedMultiplyAdd(q, k0, b0);
                    b1 = Vector512.FusedMultiplyAdd(q, k1, b1);
                    q = Vector512.Create(query[d + (2 * size)]);
                    c0 = Vector512.FusedMultiplyAdd(q, k0, c0);
                    c1 = Vector512.FusedMultiplyAdd(q, k1, c1);
                    q = Vector512.Create(query[d + (3 * size)]);
                    d0 = Vector512.FusedMultiplyAdd(q, k0, d0);
                    d1 = Vector512.FusedMultiplyAdd(q, k1, d1);
                }

                Store(scores + j, a0, a1);
                Store(scores + j + width, b0, b1);
                Store(scores + j + (2L * width), c0, c1);
                Store(scores + j + (3L * width), d0, d1);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void One(float* query, float* keys, int length, float* scores)
        {
            for (var j = 0; j < length; j += 2 * Width)
            {
                Lanes first = default, second = default;
                var key = keys + ((long)j * _size);
                for (var d = 0; d < _size; d++, key += 2 * Width)
                {
                    var q = Vector512.Create(query[d]);
                    first = Vector512.FusedMultiplyAdd(q, Vector512.Load(key), first);
                    second = Vector512.FusedMultiplyAdd(q, Vector512.Load(key + Width), second);
                }

                Store(scores + j, first, second);
            }
        }

        private static void Store(float* target, Lanes first, Lanes second)
        {
            first.Store(target);
            second.Store(target + Width);
        }

        // Where the keys or values of a slot begin, those of the first step that is seen.
        private float* New(nint stored, int slot, int head) =>
            (float*)stored + (((((long)slot * Heads) + head) * _capacity) + _plan.FirstSeenStep) * _size;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void NewScores(int row, int head, float* query, float* scores)
        {
            var slots = _plan.SlotsOf(row);
            var (size, group, steps) = (_size, _group, _newSteps);
            float* keys = New(_newKeys, 0, head), target = scores + _newOffset;
            var slotSize = (long)Heads * _capacity * size;
            for (var g = 0; g < group; g++, query += size, target += _width)
            {
                for (var i = 0; i < steps; i += 4)
                {
                    // Behind the last step its key is computed again: the scores' padding has room, and is hidden afterwards.
                    float* a = keys + (slots[i] * slotSize) + ((long)i * size);
                    int second = Math.Min(i + 1, steps - 1), third = Math.Min(i + 2, steps - 1), fourth = Math.Min(i + 3, steps - 1);
                    float* b = keys + (slots[second] * slotSize) + ((long)second * size);
                    float* c = keys + (slots[third] * slotSize) + ((long)third * size);
                    float* d = keys + (slots[fourth] * slotSize) + ((long)fourth * size);
                    Lanes sumA = default, sumB = default, sumC = default, sumD = default;
                    for (var k = 0; k < size; k += Width)
                    {
                        var q = Vector512.Load(query + k);
                        sumA = Vector512.FusedMultiplyAdd(q, Vector512.Load(a + k), sumA);
                        sumB = Vector512.FusedMultiplyAdd(q, Vector512.Load(b + k), sumB);
                        sumC = Vector512.FusedMultiplyAdd(q, Vector512.Load(c + k), sumC);
                        sumD = Vector512.FusedMultiplyAdd(q, Vector512.Load(d + k), sumD);
                    }

                    RowProducts.Sums(sumA, sumB, sumC, sumD).Store(target + i);
                }
            }

            if (_bias == 0)
                return;
            for (var i = 0; i < steps; i++)
                scores[_newOffset + i] += ((float*)_bias)[((long)head * steps) + i];
        }

        // Padding, and what a window has passed by.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Hide(int prompt, float* scores, int count)
        {
            var own = _plan.OwnLengths[prompt];
            var passed = _plan.Window is { } window ? Math.Max(0, _plan.Common + own + _plan.Step + 1 - window) : 0;
            for (var i = 0; i < count; i++, scores += _width)
            {
                if (_common is { } common)
                    Hide(scores, common, passed, _plan.Common);
                if (_own is { } rest)
                    Hide(scores, rest, passed - _plan.Common, own);
                new Span<float>(scores + _newOffset + _newSteps, _width - _newOffset - _newSteps).Fill(float.NegativeInfinity);
            }
        }

        private static void Hide(float* scores, in Stretch stretch, int passed, int length)
        {
            var span = new Span<float>(scores + stretch.Offset, stretch.Padded);
            span[..Math.Clamp(passed, 0, length)].Fill(float.NegativeInfinity);
            span[length..].Fill(float.NegativeInfinity);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Softmax(float* scores, int width)
        {
            var highest = Vector512.Create(float.NegativeInfinity);
            for (var i = 0; i < width; i += Width)
                highest = Vector512.Max(highest, Vector512.Load(scores + i));
            var most = float.NegativeInfinity;
            for (var i = 0; i < Width; i++)
                most = Math.Max(most, highest[i]);
            var (shift, sum) = (Vector512.Create(most), Lanes.Zero);
            for (var i = 0; i < width; i += Width)
            {
                var value = Exponential.Of(Vector512.Load(scores + i) - shift);
                sum += value;
                value.Store(scores + i);
            }

            var factor = Vector512.Create(1 / Vector512.Sum(sum));
            for (var i = 0; i < width; i += Width)
                (Vector512.Load(scores + i) * factor).Store(scores + i);
        }

        private void Mix(float* weights, int count, float* values, in Stretch stretch, int length, float* mixed)
        {
            weights += stretch.Offset;
            for (var d = 0; d < _size; d += Width)
            {
                var i = 0;
                for (; i + 4 <= count; i += 4)
                    MixFour(weights + ((long)i * _width), values + d, length, mixed + ((long)i * _size) + d);
                for (; i < count; i++)
                    MixOne(weights + ((long)i * _width), values + d, length, mixed + ((long)i * _size) + d);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MixFour(float* weights, float* values, int length, float* mixed)
        {
            var (size, width) = (_size, _width);
            Lanes a = Vector512.Load(mixed), b = Vector512.Load(mixed + size);
            Lanes c = Vector512.Load(mixed + (2 * size)), d = Vector512.Load(mixed + (3 * size));
            for (var j = 0; j < length; j++, values += size)
            {
                var value = Vector512.Load(values);
                a = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j]), value, a);
                b = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j + width]), value, b);
                c = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j + (2L * width)]), value, c);
                d = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j + (3L * width)]), value, d);
            }

            a.Store(mixed);
            b.Store(mixed + size);
            c.Store(mixed + (2 * size));
            d.Store(mixed + (3 * size));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MixOne(float* weights, float* values, int length, float* mixed)
        {
            var sum = Vector512.Load(mixed);
            for (var j = 0; j < length; j++, values += _size)
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j]), Vector512.Load(values), sum);
            sum.Store(mixed);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void MixNew(int row, int head, float* weights, float* mixed)
        {
            var slots = _plan.SlotsOf(row);
            var (size, group, steps) = (_size, _group, _newSteps);
            var slotSize = (long)Heads * _capacity * size;
            weights += _newOffset;
            for (var g = 0; g < group; g++, weights += _width, mixed += size)
            {
                for (var d = 0; d < size; d += Width)
                {
                    var values = New(_newValues, 0, head) + d;
                    var sum = Vector512.Load(mixed + d);
                    for (var i = 0; i < steps; i++, values += size)
                        sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[i]), Vector512.Load(values + (slots[i] * slotSize)), sum);
                    sum.Store(mixed + d);
                }
            }
        }
    }
}
