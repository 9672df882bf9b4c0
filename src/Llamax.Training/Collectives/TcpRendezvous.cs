using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Llamax.Runs;

namespace Llamax.Training.Collectives;

/// <summary>
/// Small messages between ranks that torchrun-style variables describe (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT): the first rank
/// listens, the others connect to it, and every exchange goes through it.
/// </summary>
internal sealed class TcpRendezvous : IDisposable
{
    private const int LargestMessage = 1 << 26;

    // Of the first rank: by rank, itself null. Of the others: one, to the first.
    private readonly NetworkStream?[] _streams;

    /// <summary>Waits until all ranks are there.</summary>
    /// <exception cref="RequestException">The ranks do not find each other in time.</exception>
    public TcpRendezvous(int rank, int size, string host, int port, TimeSpan patience)
    {
        (Rank, Size) = (rank, size);
        try
        {
            _streams = rank == 0 ? Listen(size, port, patience) : [Connect(rank, host, port, patience)];
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            throw new RequestException(
                $"rank {rank} of {size} did not reach the others within {patience.TotalSeconds:0} s: {failure.Message}",
                $"{host}:{port}", "start as many processes as WORLD_SIZE says, and check MASTER_ADDR, MASTER_PORT and the firewall",
                failure);
        }
    }

    public int Rank { get; }

    public int Size { get; }

    /// <summary>See <see cref="ICollective.Exchange"/>.</summary>
    /// <exception cref="IOException">A rank has gone.</exception>
    public byte[][] Exchange(ReadOnlySpan<byte> message)
    {
        var all = new byte[Size][];
        if (Rank == 0)
        {
            all[0] = message.ToArray();
            for (var rank = 1; rank < Size; rank++)
                all[rank] = Receive(_streams[rank]!);
            foreach (var stream in _streams.AsSpan(1))
                foreach (var one in all)
                    Send(stream!, one);
        }
        else
        {
            Send(_streams[0]!, message);
            for (var rank = 0; rank < Size; rank++)
                all[rank] = Receive(_streams[0]!);
        }

        return all;
    }

    public void Dispose()
    {
        foreach (var stream in _streams)
            stream?.Dispose();
    }

    private static NetworkStream?[] Listen(int size, int port, TimeSpan patience)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        using var late = new CancellationTokenSource(patience);
        listener.Start();
        var streams = new NetworkStream?[size];
        for (var missing = size - 1; missing > 0;)
        {
            var stream = new NetworkStream(listener.AcceptSocketAsync(late.Token).AsTask().GetAwaiter().GetResult(), ownsSocket: true);
            stream.ReadTimeout = (int)patience.TotalMilliseconds;
            var rank = ReadNumber(stream);
            stream.ReadTimeout = Timeout.Infinite;
            if (rank <= 0 || rank >= size || streams[rank] is not null)
            {
                // Whoever says something else is none of ours.
                stream.Dispose();
                continue;
            }

            streams[rank] = stream;
            missing--;
        }

        return streams;
    }

    private static NetworkStream Connect(int rank, string host, int port, TimeSpan patience)
    {
        using var late = new CancellationTokenSource(patience);
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.ConnectAsync(host, port, late.Token).AsTask().GetAwaiter().GetResult();
                var stream = new NetworkStream(socket, ownsSocket: true);
                WriteNumber(stream, rank);
                return stream;
            }
            catch (SocketException) when (!late.IsCancellationRequested)
            {
                // The first rank may start later than this one.
                socket.Dispose();
                late.Token.WaitHandle.WaitOne(100);
            }
        }
    }

    private static void Send(NetworkStream stream, ReadOnlySpan<byte> message)
    {
        WriteNumber(stream, message.Length);
        stream.Write(message);
    }

    private static byte[] Receive(NetworkStream stream)
    {
        var length = ReadNumber(stream);
        if (length is < 0 or > LargestMessage)
            throw new IOException($"a rank announced a message of {length} bytes");
        var message = new byte[length];
        stream.ReadExactly(message);
        return message;
    }

    private static void WriteNumber(NetworkStream stream, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        stream.Write(bytes);
    }

    private static int ReadNumber(NetworkStream stream)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
